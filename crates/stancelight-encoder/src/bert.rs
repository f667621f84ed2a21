//! A BERT-like transformer from elsewhere: the folder that Hugging Face's libraries write comes in, its numbers in the
//! order of our own [`Plan`] and its way of cutting text go out.
//!
//! A BERT (Devlin et al. 2019) has the same tensors as our encoders, with the norms behind instead of before; token
//! types stand where we have cases, and are all the first. Its gelu is the exact one and ours Hendrycks and Gimpel's
//! approximation, which differ by less than a thousandth: nothing that tuning would not make up for.

use crate::error::EncodeError;
use crate::parameters::{Plan, TABLES};
use crate::tensors::{self, Tensors};
use serde::Deserialize;
use stancelight::encoder::{Case, Piece, Shape};
use std::path::Path;
use tokenizers::{Tokenizer, TruncationParams};

/// Of a longer sentence the beginning is read.
const LONGEST: usize = 96;

/// A transformer before it is tuned.
pub struct Bert {
    pub plan: Plan,
    pub numbers: Vec<f32>,
    tokenizer: Tokenizer,
}

/// What `config.json` says that matters here.
#[derive(Deserialize)]
struct Config {
    model_type: String,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    max_position_embeddings: usize,
    hidden_act: String,
}

impl Bert {
    /// Reads `config.json`, `model.safetensors` and `tokenizer.json`, and adds a head for so many labels that says
    /// nothing yet.
    ///
    /// # Errors
    /// If a file cannot be read, or is of another kind of model.
    pub fn read(folder: &Path, labels: usize) -> Result<Self, EncodeError> {
        let path = folder.join("config.json");
        let config: Config = serde_json::from_slice(&tensors::bytes(&path)?)
            .map_err(|e| EncodeError::file(&path, format!("not a BERT's: {e}")))?;
        if config.model_type != "bert" || config.hidden_act != "gelu" {
            let Config { model_type, hidden_act, .. } = config;
            return Err(EncodeError::file(
                &path,
                format!("a `{model_type}` with `{hidden_act}`; give a `bert` with `gelu`"),
            ));
        }
        let shape = Shape {
            layers: config.num_hidden_layers,
            width: config.hidden_size,
            heads: config.num_attention_heads,
            feed_forward: config.intermediate_size,
            positions: config.max_position_embeddings,
        };
        shape.validate()?;
        let path = folder.join("tokenizer.json");
        let refused = |e: tokenizers::Error| EncodeError::file(&path, format!("cannot be read: {e}"));
        let mut tokenizer = Tokenizer::from_file(&path).map_err(refused)?;
        let most = LONGEST.min(shape.positions);
        tokenizer.with_padding(None);
        tokenizer
            .with_truncation(Some(TruncationParams { max_length: most, ..TruncationParams::default() }))
            .map_err(refused)?;
        if tokenizer.encode_fast("", true).map_err(refused)?.is_empty() {
            return Err(EncodeError::file(&path, "puts nothing around a text; a BERT's puts `[CLS]` and `[SEP]`"));
        }
        let most = tokenizer.get_vocab(true).into_values().max().unwrap_or(0) as usize;
        let path = folder.join("model.safetensors");
        let bytes = tensors::bytes(&path)?;
        let tensors = Tensors::new(&path, &bytes)?;
        let (words, _) = tensors.words()?;
        if words <= most {
            let message =
                format!("knows {words} words, but tokenizer.json numbers them to {most}; both must be of one model");
            return Err(EncodeError::file(&path, message));
        }
        let plan = Plan::of_bert(shape, words, labels);
        let numbers = numbers(&tensors, &plan)?;
        Ok(Self { plan, numbers, tokenizer })
    }

    /// Cuts texts as the transformer was taught to.
    ///
    /// # Errors
    /// If its tokenizer fails.
    pub fn cut(&self, texts: &[&str]) -> Result<Vec<Vec<Piece>>, EncodeError> {
        let failed = |e: tokenizers::Error| EncodeError::Pieces(e.to_string());
        let cut = self.tokenizer.encode_batch_fast(texts.to_vec(), true).map_err(failed)?;
        let piece = |(token, &id): (u32, &u32)| Piece { id, case: Case::Small, token };
        Ok(cut.iter().map(|cut| (0..).zip(cut.get_ids()).map(piece).collect()).collect())
    }
}

/// The numbers in the order of a plan; the head is nothing yet.
fn numbers(tensors: &Tensors<'_>, plan: &Plan) -> Result<Vec<f32>, EncodeError> {
    let mut out = vec![0.0; plan.len()];
    for (i, (block, parts)) in plan.blocks.iter().zip(names(plan.shape.layers)).enumerate() {
        let (rows, columns) = (block.dims.0, block.dims.1 / parts.len());
        let out = &mut out[block.range.clone()];
        for (place, name) in parts.iter().enumerate() {
            let (is_table, is_vector) = (i < TABLES, rows == 1);
            // Their matrices have a row an output.
            let shape = match (is_table, is_vector) {
                (true, _) => vec![rows, columns],
                (_, true) => vec![columns],
                _ => vec![columns, rows],
            };
            for (n, number) in tensors.get(name, &shape)?.enumerate() {
                let at = match (is_table, is_vector) {
                    (true, _) => n,
                    (_, true) => place * columns + n,
                    _ => n % rows * block.dims.1 + place * columns + n / rows,
                };
                out[at] = number;
            }
        }
    }
    Ok(out)
}

/// The tensors that each block of a plan is made of, several side by side, for all but the head.
fn names(layers: usize) -> Vec<Vec<String>> {
    let mut out: Vec<Vec<String>> =
        ["word", "position", "token_type"].map(|table| vec![format!("embeddings.{table}_embeddings.weight")]).to_vec();
    let mut add = |names: &[String]| {
        for part in ["weight", "bias"] {
            out.push(names.iter().map(|name| format!("{name}.{part}")).collect());
        }
    };
    let mut norm = "embeddings.LayerNorm".to_owned();
    for layer in 0..layers {
        let inside = |name: &str| format!("encoder.layer.{layer}.{name}");
        add(&[norm]);
        add(&["query", "key", "value"].map(|name| inside(&format!("attention.self.{name}"))));
        for name in ["attention.output.dense", "attention.output.LayerNorm", "intermediate.dense", "output.dense"] {
            add(&[inside(name)]);
        }
        norm = inside("output.LayerNorm");
    }
    add(&[norm]);
    out
}

#[cfg(test)]
pub mod tests {
    use super::Bert;
    use crate::network::judge;
    use std::path::Path;

    /// A BERT of sixteen numbers a word, made up and saved by transformers 5.23: number `k` of a tensor is
    /// 0.3·sin(0.7·k + the length of its name), and a gain 1 more.
    pub fn folder() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/goldens/bert"))
    }

    fn number(k: usize) -> f32 {
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "made-up numbers")]
        let x = (0.3 * (0.7 * k as f64).sin()) as f32;
        x
    }

    #[test]
    fn computes_what_transformers_computes() {
        let mut bert = Bert::read(folder(), 2).unwrap();
        let [.., weights, bias] = &bert.plan.blocks[..] else { panic!("there is a head") };
        bert.numbers[weights.range.clone()].iter_mut().enumerate().for_each(|(k, x)| *x = number(k));
        bert.numbers[bias.range.clone()].copy_from_slice(&[0.1, -0.1]);
        // From transformers, with the mean over tokens and the same head.
        let cases = [
            ("Envoys of CHAD", [-1.229_847, -2.596_871]),
            ("signed", [-1.349_038, -1.826_385]),
            ("of signing envoys Čžš Chad", [-1.724_297, -2.143_983]),
        ];
        let cut = bert.cut(&cases.map(|(text, _)| text)).unwrap();
        let variables = bert.plan.variables(&bert.numbers).unwrap();
        let found = judge(&bert.plan, &variables, &bert.numbers, cut.iter().map(Vec::as_slice)).unwrap();
        for ((text, expected), found) in cases.iter().zip(found) {
            for (a, b) in expected.iter().zip(&found) {
                assert!((a - b).abs() < 2e-3, "{text}: {expected:?} but {found:?}");
            }
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_folder() {
        let broken = tempfile::tempdir().unwrap();
        let at = |name: &str| broken.path().join(name);
        let names = ["config.json", "tokenizer.json", "model.safetensors"];
        let mend = |name: &str| std::fs::copy(folder().join(name), at(name)).map(drop).unwrap();
        names.iter().for_each(|name| mend(name));
        let refused = || Bert::read(broken.path(), 2).err().map(|e| e.to_string()).unwrap_or_default();
        assert_eq!(refused(), "");
        let config = std::fs::read_to_string(at("config.json")).unwrap();
        for (from, to, part) in [
            (r#""model_type": "bert""#, r#""model_type": "gpt2""#, "give a `bert`"),
            (r#""hidden_size": 16"#, r#""hidden_size": 17"#, "width"),
            (r#""hidden_size": 16"#, r#""hidden_size": 8"#, "not F32 of [13, 8]"),
            (r#""num_hidden_layers": 2"#, r#""num_hidden_layers": 3"#, "encoder.layer.2"),
            ("{", "", "not a BERT's"),
        ] {
            std::fs::write(at("config.json"), config.replacen(from, to, 1)).unwrap();
            assert!(refused().contains(part), "{from} → {to}: {}", refused());
        }
        mend("config.json");
        for name in names {
            std::fs::write(at(name), "[]").unwrap();
            assert!(refused().contains(name), "{name}: {}", refused());
            std::fs::remove_file(at(name)).unwrap();
            assert!(refused().contains("cannot be read"), "{name}: {}", refused());
            mend(name);
        }
    }
}
