//! A BERT-like transformer from elsewhere: the folder that Hugging Face's libraries write comes in, its numbers in the
//! order of our own [`Plan`] and its way of cutting text go out.
//!
//! A BERT (Devlin et al. 2019) has the same tensors as our encoders, with the norms behind instead of before; token
//! types stand where we have cases, and are all the first. Its gelu is the exact one and ours Hendrycks and Gimpel's
//! approximation, which differ by less than a thousandth: nothing that tuning would not make up for.
//!
//! An MPNet (Song et al. 2020) is one with other names, no token types, and heads that also look by distance.

use crate::error::EncodeError;
use crate::parameters::{Plan, TABLES};
use crate::tensors::{self, Tensors};
use serde::Deserialize;
use stancelight::encoder::{Case, Piece, Shape};
use std::path::Path;
use std::sync::Arc;
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
    model_type: Family,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    max_position_embeddings: usize,
    hidden_act: String,
    /// MPNet's alone.
    #[serde(default)]
    relative_attention_num_buckets: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Family {
    Bert,
    MpNet,
}

impl Family {
    /// Positions are numbered from here on; those before are padding's.
    const fn first_position(self) -> usize {
        match self {
            Self::Bert => 0,
            Self::MpNet => 2,
        }
    }
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
            .map_err(|e| EncodeError::file(&path, format!("not a BERT's or an MPNet's: {e}")))?;
        if config.hidden_act != "gelu" {
            return Err(EncodeError::file(
                &path,
                format!("computes with `{}`; give one with `gelu`", config.hidden_act),
            ));
        }
        let family = config.model_type;
        let shape = Shape {
            layers: config.num_hidden_layers,
            width: config.hidden_size,
            heads: config.num_attention_heads,
            feed_forward: config.intermediate_size,
            positions: config.max_position_embeddings.saturating_sub(family.first_position()),
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
        let mut plan = Plan::of_bert(shape, words, labels);
        let numbers = numbers(&tensors, &plan, family)?;
        if family == Family::MpNet {
            let buckets = config.relative_attention_num_buckets;
            if buckets < 4 || !buckets.is_multiple_of(4) {
                let message = format!("`relative_attention_num_buckets` is {buckets}, not a multiple of 4");
                return Err(EncodeError::file(&folder.join("config.json"), message));
            }
            let table = tensors.get("encoder.relative_attention_bias.weight", &[buckets, shape.heads])?;
            plan.distances = distances(&table.collect::<Vec<_>>(), &shape);
        }
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
fn numbers(tensors: &Tensors<'_>, plan: &Plan, family: Family) -> Result<Vec<f32>, EncodeError> {
    let mut out = vec![0.0; plan.len()];
    for (i, (block, parts)) in plan.blocks.iter().zip(names(plan.shape.layers, family)).enumerate() {
        let (rows, columns) = (block.dims.0, block.dims.1 / parts.len().max(1));
        let out = &mut out[block.range.clone()];
        for (place, name) in parts.iter().enumerate() {
            let (is_table, is_vector) = (i < TABLES, rows == 1);
            let skipped = if i == POSITIONS { family.first_position() } else { 0 };
            // Their matrices have a row an output.
            let shape = match (is_table, is_vector) {
                (true, _) => vec![skipped + rows, columns],
                (_, true) => vec![columns],
                _ => vec![columns, rows],
            };
            for (n, number) in tensors.get(name, &shape)?.skip(skipped * columns).enumerate() {
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

/// Which table is that of positions.
const POSITIONS: usize = 1;

/// The tensors that each block of a plan is made of, several side by side, for all but the head; a block of none stays
/// nothing.
fn names(layers: usize, family: Family) -> Vec<Vec<String>> {
    let tables: [&[&str]; TABLES] = match family {
        Family::Bert => [&["word"], &["position"], &["token_type"]],
        Family::MpNet => [&["word"], &["position"], &[]],
    };
    let (looks, behind) = match family {
        Family::Bert => (
            ["attention.self.query", "attention.self.key", "attention.self.value"],
            ["attention.output.dense", "attention.output.LayerNorm"],
        ),
        Family::MpNet => {
            (["attention.attn.q", "attention.attn.k", "attention.attn.v"], ["attention.attn.o", "attention.LayerNorm"])
        }
    };
    let table = |names: &[&str]| names.iter().map(|name| format!("embeddings.{name}_embeddings.weight")).collect();
    let mut out: Vec<Vec<String>> = tables.map(table).to_vec();
    let mut add = |names: &[String]| {
        for part in ["weight", "bias"] {
            out.push(names.iter().map(|name| format!("{name}.{part}")).collect());
        }
    };
    let mut norm = "embeddings.LayerNorm".to_owned();
    for layer in 0..layers {
        let inside = |name: &str| format!("encoder.layer.{layer}.{name}");
        add(&[norm]);
        add(&looks.map(inside));
        for name in behind.into_iter().chain(["intermediate.dense", "output.dense"]) {
            add(&[inside(name)]);
        }
        norm = inside("output.LayerNorm");
    }
    add(&[norm]);
    out
}

/// What each head adds by distance, of a table with a row a bucket and a column a head. Rows behind have half of the
/// buckets, rows ahead the other; near ones have one each, further ones share (Raffel et al. 2020, section 2.1).
fn distances(table: &[f32], shape: &Shape) -> Arc<[f32]> {
    const FURTHEST: f64 = 128.0;
    let half = table.len() / shape.heads / 2;
    let near = half / 2;
    let bucket = |away: usize| {
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "few")]
        let far = |away: usize| {
            let part = libm::log(away as f64 / near as f64) / libm::log(FURTHEST / near as f64);
            (near + (part * (half - near) as f64) as usize).min(half - 1)
        };
        if away < near { away } else { far(away) }
    };
    let reach = shape.positions - 1;
    let of_head = |head: usize| {
        let behind = (0..=reach).rev().map(bucket);
        let ahead = (1..=reach).map(|away| half + bucket(away));
        behind.chain(ahead).map(move |bucket| table[bucket * shape.heads + head])
    };
    (0..shape.heads).flat_map(of_head).collect()
}

#[cfg(test)]
pub mod tests {
    use super::Bert;
    use crate::network::judge;
    use std::path::Path;

    /// A BERT and an MPNet of sixteen numbers a word, made up and saved by transformers 5.23 and 5.24: number `k` of a tensor is
    /// 0.3·sin(0.7·k + the length of its name), a gain 1 more, and what distances add five times as much.
    pub fn folder() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/goldens/bert"))
    }

    fn mpnet() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/goldens/mpnet"))
    }

    fn number(k: usize) -> f32 {
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "made-up numbers")]
        let x = (0.3 * (0.7 * k as f64).sin()) as f32;
        x
    }

    #[test]
    fn computes_what_transformers_computes() {
        // From transformers, with the mean over tokens and the same head. The longest goes beyond near distances.
        let long = ["of signing envoys Čžš Chad"; 6].join(" ");
        let cases = [
            (
                folder(),
                [
                    ("Envoys of CHAD", [-1.229_847, -2.596_871]),
                    ("signed", [-1.349_038, -1.826_385]),
                    ("of signing envoys Čžš Chad", [-1.724_297, -2.143_983]),
                ],
            ),
            (
                mpnet(),
                [
                    ("Envoys of CHAD", [0.964_627, 0.437_865]),
                    ("signed", [0.269_265, -0.305_045]),
                    (&long, [0.610_606, 0.234_147]),
                ],
            ),
        ];
        for (folder, cases) in cases {
            let mut bert = Bert::read(folder, 2).unwrap();
            let [.., weights, bias] = &bert.plan.blocks[..] else { panic!("there is a head") };
            bert.numbers[weights.range.clone()].iter_mut().enumerate().for_each(|(k, x)| *x = number(k));
            bert.numbers[bias.range.clone()].copy_from_slice(&[0.1, -0.1]);
            let cut = bert.cut(&cases.map(|(text, _)| text)).unwrap();
            let variables = bert.plan.variables(&bert.numbers).unwrap();
            let found = judge(&bert.plan, &variables, &bert.numbers, cut.iter().map(Vec::as_slice)).unwrap();
            for ((text, expected), found) in cases.iter().zip(found) {
                for (a, b) in expected.iter().zip(&found) {
                    assert!((a - b).abs() < 2e-3, "{text}: {expected:?} but {found:?}");
                }
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
            (r#""model_type": "bert""#, r#""model_type": "gpt2""#, "`bert`"),
            (r#""hidden_size": 16"#, r#""hidden_size": 17"#, "width"),
            (r#""hidden_size": 16"#, r#""hidden_size": 8"#, "not F32 of [13, 8]"),
            (r#""num_hidden_layers": 2"#, r#""num_hidden_layers": 3"#, "encoder.layer.2"),
            ("{", "", "not a BERT's"),
        ] {
            std::fs::write(at("config.json"), config.replacen(from, to, 1)).unwrap();
            assert!(refused().contains(part), "{from} → {to}: {}", refused());
        }
        let config = std::fs::read_to_string(mpnet().join("config.json")).unwrap();
        for (from, to, part) in [
            (r#"buckets": 32"#, r#"buckets": 2"#, "buckets"),
            (r#"buckets": 32"#, r#"buckets": 16"#, "not F32 of [16, 2]"),
            (r#"hidden_act": "gelu""#, r#"hidden_act": "relu""#, "with `relu`"),
        ] {
            std::fs::write(at("config.json"), config.replacen(from, to, 1)).unwrap();
            std::fs::copy(mpnet().join("model.safetensors"), at("model.safetensors")).unwrap();
            assert!(refused().contains(part), "{from} → {to}: {}", refused());
        }
        names.iter().for_each(|name| mend(name));
        for name in names {
            std::fs::write(at(name), "[]").unwrap();
            assert!(refused().contains(name), "{name}: {}", refused());
            std::fs::remove_file(at(name)).unwrap();
            assert!(refused().contains("cannot be read"), "{name}: {}", refused());
            mend(name);
        }
    }
}
