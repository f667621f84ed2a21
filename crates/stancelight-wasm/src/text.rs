//! What can be said of a text without a model: where its sentences are, and who is quoted in it.

use crate::{to_js, utf8};
use js_sys::JsString;
use serde::Serialize;
use stancelight::offset::Utf16;
use stancelight::{Quotation, Span};
use wasm_bindgen::prelude::*;

/// Where the sentences of `text` are: start and end of each in turn, in UTF-16 code units.
///
/// A blank line ends a sentence whatever stands around it, so a text may be given in parts cut there.
#[wasm_bindgen]
pub fn sentences(text: &JsString) -> Vec<u32> {
    let text = utf8(text);
    let mut cursor = Utf16::new(&text);
    let spans = stancelight::sentence::sentences(&text);
    spans.iter().flat_map(|span| [span.start, span.end]).map(|byte| unit(cursor.at(byte))).collect()
}

/// The quotations of `text` in order, each with the words that name its speaker where that can be told.
#[wasm_bindgen(unchecked_return_type = "Quotation[]")]
pub fn quotations(text: &JsString) -> JsValue {
    let text = utf8(text);
    let found = stancelight::quotations(&text);
    let mut cursor = Utf16::new(&text);
    let mut place = move |span: Span| Place { start: unit(cursor.at(span.start)), end: unit(cursor.at(span.end)) };
    // The engine names a speaker by their first mention, so mentions ascend as they are met.
    let mut speakers: Vec<(usize, Place)> = Vec::new();
    let mut views = Vec::with_capacity(found.len());
    for Quotation { span, speaker } in found {
        let known = |speakers: &[(usize, Place)], mention: Span| {
            speakers.binary_search_by_key(&mention.start, |&(start, _)| start)
        };
        // Beside its quotation, before or after: asked in order, the cursor never goes back.
        let fresh = speaker.filter(|&mention| known(&speakers, mention).is_err());
        let earlier = fresh.filter(|mention| mention.start < span.start).map(|mention| (mention, place(mention)));
        let Place { start, end } = place(span);
        let fresh = earlier.or_else(|| fresh.map(|mention| (mention, place(mention))));
        if let Some((mention, place)) = fresh
            && let Err(at) = known(&speakers, mention)
        {
            speakers.insert(at, (mention.start, place));
        }
        let speaker = speaker.and_then(|mention| known(&speakers, mention).ok()).map(|at| speakers[at].1);
        views.push(QuotationView { start, end, speaker });
    }
    to_js(&views)
}

fn unit(unit: usize) -> u32 {
    u32::try_from(unit).unwrap_or(u32::MAX)
}

#[derive(Clone, Copy, Serialize)]
struct Place {
    start: u32,
    end: u32,
}

#[derive(Serialize)]
struct QuotationView {
    start: u32,
    end: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    speaker: Option<Place>,
}

#[wasm_bindgen(typescript_custom_section)]
const QUOTATION: &str = r#"
/** A quotation; `text.slice(start, end)` is what is quoted, its marks included. */
export interface Quotation {
  start: number;
  end: number;
  /** The words that name the speaker, the same for the same speaker; absent where it cannot be told. */
  speaker?: { start: number; end: number };
}
"#;
