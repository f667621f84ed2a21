//! Tokens to features: the one extractor that training and every browser share.
//!
//! A sentence's tokens first become *terms*, the units that features are made of and explanations speak
//! of: a word, a number, or a whole run of capitalised words, because *who* acts must not decide what
//! the act is. Terms then give features: each word, each word under negation, each pair of neighbours.
//! A feature is a key made of word numbers, so two different features can never be confused.
//!
//! Whether a capitalised word is a name or a word that happens to open a sentence is asked of the
//! lexicon: known in small letters, it is a word.

pub use crate::lookup::Known;
use crate::span::Span;
use crate::token::{Case, Kind, Token, Tokens};

/// A word's number in a lexicon.
pub type WordId = u32;

/// Says which words are known.
pub trait Lexicon {
    /// The number of the word with this form.
    fn id(&self, form: &str) -> Option<WordId>;

    /// The number of a token's form, and whether that is one of the settings' negators. A lexicon that was made
    /// for these settings may know both at once.
    fn look_up(&self, tokens: &Tokens, token: Token, settings: &Settings) -> (Option<WordId>, bool) {
        let form = tokens.form(token);
        (self.id(form), settings.negators.iter().any(|negator| negator == form))
    }
}

/// Stand-ins for what is not looked up by its form. No token has such a form, because `<` never
/// stands in a word.
pub mod marker {
    /// A run of capitalised words.
    pub const NAME: &str = "<name>";
    /// A number.
    pub const NUMBER: &str = "<number>";
    /// The sentence's beginning, as a left neighbour.
    pub const START: &str = "<start>";
    /// Each of them.
    pub const ALL: [&str; 3] = [NAME, NUMBER, START];
}

/// What the extractor makes features of; part of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Runs of capitalised words become one `<name>`. Off for languages that capitalise nouns.
    pub mask_names: bool,
    /// "the" before a name is part of it: whether a country's name has an article must not decide either.
    pub articles: bool,
    /// Words in the three terms after a negator become features of their own.
    pub negation: bool,
    /// Neighbouring terms become pairs.
    pub pairs: bool,
    /// Divide every score by the square root of the sentence's number of terms.
    pub length_norm: bool,
    /// Words that negate what follows them.
    pub negators: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        let negators = ["not", "n't", "no", "never", "without", "neither", "nor", "cannot", "hardly", "nobody", "none"];
        Self {
            mask_names: true,
            articles: true,
            negation: true,
            pairs: true,
            length_norm: true,
            negators: negators.map(String::from).to_vec(),
        }
    }
}

/// How many terms a negator reaches.
const NEGATION_REACH: usize = 3;

/// One unit of a sentence: what a feature is made of and what an explanation names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Where it stands in the sentence.
    pub span: Span,
    /// What stands for it in features; `None` when the lexicon does not know it.
    pub id: Option<WordId>,
    pub(crate) negated: bool,
    /// A clause ended between the term before and this one.
    pub(crate) after_break: bool,
    /// This term negates what follows.
    negates: bool,
}

/// What a feature is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// A word.
    Word(WordId),
    /// A word that a negator reaches.
    Negated(WordId),
    /// Two neighbouring terms.
    Pair(WordId, WordId),
}

impl Feature {
    /// Largest word number a feature can hold.
    pub const MAX_WORD: WordId = (1 << 28) - 1;

    /// The feature as one number; equal only for equal features.
    pub const fn key(self) -> u64 {
        let (kind, a, b) = match self {
            Self::Word(a) => (0, a, 0),
            Self::Negated(a) => (1, a, 0),
            Self::Pair(a, b) => (2, a, b),
        };
        (kind << 56) | ((a as u64) << 28) | b as u64
    }

    /// The feature with this key, if there is one.
    #[allow(clippy::cast_possible_truncation, reason = "masked to 28 bits")]
    pub const fn from_key(key: u64) -> Option<Self> {
        let (a, b) = ((key >> 28) as u32 & Self::MAX_WORD, key as u32 & Self::MAX_WORD);
        match (key >> 56, b) {
            (0, 0) => Some(Self::Word(a)),
            (1, 0) => Some(Self::Negated(a)),
            (2, _) => Some(Self::Pair(a, b)),
            _ => None,
        }
    }

    /// The words it is made of: one, or two for pairs.
    pub const fn words(self) -> (WordId, Option<WordId>) {
        match self {
            Self::Word(a) | Self::Negated(a) => (a, None),
            Self::Pair(a, b) => (a, Some(b)),
        }
    }
}

/// The terms of one sentence. Reuse one value for many sentences.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    terms: Vec<Term>,
}

/// Numbers that terms need again and again, looked up once.
#[derive(Clone, Copy, Debug)]
pub struct Markers {
    name: Option<WordId>,
    number: Option<WordId>,
    pub(crate) start: Option<WordId>,
}

impl Markers {
    /// Looks the markers up in a lexicon.
    pub fn of(lexicon: &impl Lexicon) -> Self {
        Self { name: lexicon.id(marker::NAME), number: lexicon.id(marker::NUMBER), start: lexicon.id(marker::START) }
    }
}

impl Terms {
    /// The terms, in order.
    pub fn as_slice(&self) -> &[Term] {
        &self.terms
    }

    /// Replaces what was here by the terms of a sentence's tokens.
    pub fn fill(&mut self, tokens: &Tokens, settings: &Settings, lexicon: &impl Lexicon, markers: Markers) {
        self.terms.clear();
        let mut headline = None;
        let mut negation = false;
        let mut after_break = false;
        let mut opens = true;
        let mut in_name = false;
        // The token before, where a name may follow it.
        let mut before: Option<Token> = None;
        for &token in tokens.as_slice() {
            if matches!(token.kind, Kind::Clause | Kind::Quote) {
                let form = tokens.form(token);
                after_break |= token.kind == Kind::Clause;
                opens |= opens_anew(form);
                in_name = false;
                before = None;
                // Questions and exclamations colour a sentence; other marks only divide it.
                if !matches!(form, "?" | "!") {
                    continue;
                }
            }
            let capital = settings.mask_names && token.kind == Kind::Word && token.case == Case::Capital;
            let (id, negator) = lexicon.look_up(tokens, token, settings);
            let known = if token.kind == Kind::Number { markers.number } else { id };
            // Few sentences have a word of which only a headline says whether it is a name.
            let mut headline = || *headline.get_or_insert_with(|| is_headline(tokens));
            let name = capital && (known.is_none() || !(opens || headline()));
            let negates = settings.negation && negator;
            negation |= negates;
            let article = |before: Token| settings.articles && tokens.form(before) == "the";
            match self.terms.last_mut() {
                Some(run) if name & in_name & !after_break => run.span.end = token.span.end,
                Some(term) if name && before.is_some_and(article) => {
                    term.span.end = token.span.end;
                    term.id = markers.name;
                }
                _ => self.terms.push(Term {
                    span: token.span,
                    id: if name { markers.name } else { known },
                    negated: false,
                    after_break,
                    negates: negates & !name,
                }),
            }
            in_name = name;
            before = Some(token);
            opens = false;
            after_break = false;
        }
        if negation {
            self.negate();
        }
    }

    fn negate(&mut self) {
        let mut reach = 0;
        for term in &mut self.terms {
            if term.after_break {
                reach = 0;
            }
            term.negated = reach > 0;
            reach = if term.negates { NEGATION_REACH } else { reach.saturating_sub(1) };
        }
    }

    /// Every feature of the sentence, with the one or two terms it belongs to: `emit(feature, i, j)`,
    /// where `j == i` for a feature of one term.
    pub fn features(&self, settings: &Settings, markers: Markers, mut emit: impl FnMut(Feature, usize, usize)) {
        let mut before = markers.start;
        for (i, term) in self.terms.iter().enumerate() {
            let left = std::mem::replace(&mut before, term.id).filter(|_| settings.pairs && !term.after_break);
            // What the lexicon does not know gives no features.
            let Some(id) = term.id else { continue };
            emit(Feature::Word(id), i, i);
            if term.negated {
                emit(Feature::Negated(id), i, i);
            }
            if let Some(left) = left {
                emit(Feature::Pair(left, id), i.saturating_sub(1), i);
            }
        }
    }
}

/// Most longer words are capitalised: a headline in Title Case, or in capitals, where a capital letter
/// does not tell a name.
fn is_headline(tokens: &Tokens) -> bool {
    const LONGER: usize = 4;
    let (mut words, mut capitals) = (0, 0);
    for token in tokens.as_slice() {
        let longer = (token.kind == Kind::Word) & (token.form_len() >= LONGER);
        words += usize::from(longer);
        capitals += usize::from(longer & (token.case == Case::Capital));
    }
    capitals >= 3 && capitals * 10 >= words * 7
}

/// What one occurrence of a word says about whether it is a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// In small letters where other words carry capitals: a word.
    Word,
    /// Capitalised where a word would not be: a name.
    Name,
    /// In small letters in a text without capitals: either.
    Small,
    /// Capitalised where anything is, as a sentence opens or in a headline: either.
    Capital,
}

/// Whether the word after this mark may have a capital though it is no name.
fn opens_anew(mark: &str) -> bool {
    !matches!(mark, "," | "(" | ")" | "/")
}

/// Every word form of `sentence`, with what its case says; how training learns which capitalised
/// words are names. `tokens` is only a buffer.
pub fn observe(sentence: &str, tokens: &mut Tokens, mut see: impl FnMut(&str, Evidence)) {
    tokens.fill(sentence);
    let is_capital = |token: Token| token.kind == Kind::Word && token.case == Case::Capital;
    let telling = tokens.iter().any(|(token, _)| is_capital(token)) && !is_headline(tokens);
    let mut opens = true;
    for (token, form) in tokens.iter() {
        match token.kind {
            Kind::Clause | Kind::Quote => {
                opens |= opens_anew(form);
                if matches!(form, "?" | "!") {
                    see(form, Evidence::Word);
                }
            }
            Kind::Number => opens = false,
            Kind::Symbol | Kind::Word => {
                let evidence = match (is_capital(token), telling, opens) {
                    (true, true, false) => Evidence::Name,
                    (true, ..) => Evidence::Capital,
                    (false, true, _) => Evidence::Word,
                    (false, false, _) => Evidence::Small,
                };
                see(form, evidence);
                opens = false;
            }
        }
    }
}
