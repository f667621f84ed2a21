//! Sentences to paint on a page: offsets into an element's text come in, CSS highlights go out, and not
//! one node of the page changes.
//!
//! The CSS Custom Highlight API paints ranges by name, so each label gets a few names, one a strength;
//! what they look like is left to a style sheet. A browser without the API is told so with an error code,
//! and its page paints in another way.

use crate::coded_error;
use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;
use web_sys::{CharacterData, Element, Node, Range};

#[wasm_bindgen]
extern "C" {
    /// The registry `CSS.highlights`; not yet among web-sys' stable types.
    #[derive(Clone)]
    type HighlightRegistry;
    #[wasm_bindgen(method)]
    fn set(this: &HighlightRegistry, name: &str, highlight: &Highlight);
    #[wasm_bindgen(method)]
    fn delete(this: &HighlightRegistry, name: &str) -> bool;

    // Asked for by name, which is shorter in every reader's download than by way of the global object.
    #[wasm_bindgen(thread_local_v2, js_namespace = CSS, js_name = highlights)]
    static REGISTRY: Option<HighlightRegistry>;
    #[wasm_bindgen(thread_local_v2, js_name = Highlight)]
    static HIGHLIGHT: Option<Function>;

    /// A set of ranges painted alike.
    type Highlight;
    #[wasm_bindgen(constructor)]
    fn new() -> Highlight;
    #[wasm_bindgen(method)]
    fn add(this: &Highlight, range: &Range);
}

/// How many strengths a label is painted in, from barely sure to certain.
const STRENGTHS: usize = 3;

/// Paints the text of one element.
#[wasm_bindgen]
pub struct Painter {
    root: Element,
    registry: HighlightRegistry,
    prefix: String,
    names: Vec<String>,
}

/// One span to paint, as JavaScript gives it.
#[wasm_bindgen]
extern "C" {
    /// `{ start, end, group, strength }`.
    #[wasm_bindgen(typescript_type = "Paint")]
    pub type Paint;
    #[wasm_bindgen(method, getter)]
    fn start(this: &Paint) -> u32;
    #[wasm_bindgen(method, getter)]
    fn end(this: &Paint) -> u32;
    #[wasm_bindgen(method, getter)]
    fn group(this: &Paint) -> u32;
    #[wasm_bindgen(method, getter)]
    fn strength(this: &Paint) -> f64;
}

#[wasm_bindgen(typescript_custom_section)]
const PAINT: &str = r#"
/** A span of an element's `textContent` to paint. */
export interface Paint {
  /** First UTF-16 code unit. */
  start: number;
  /** One past the last. */
  end: number;
  /** Which of the looks: the highlight is named `${prefix}-${group}-${0 | 1 | 2}`. */
  group: number;
  /** 0 (weak) to 1 (strong). */
  strength: number;
}
"#;

#[wasm_bindgen]
impl Painter {
    /// A painter for the text of `root`. Its highlights are named `${prefix}-${group}-${strength}`.
    ///
    /// Throws an `Error` with the code `"E_NO_HIGHLIGHTS"` where the browser has no Custom Highlight API.
    #[wasm_bindgen(constructor)]
    pub fn new(root: Element, prefix: String) -> Result<Painter, JsValue> {
        let registry = REGISTRY.with(Option::clone).filter(|_| HIGHLIGHT.with(Option::is_some));
        let Some(registry) = registry else {
            return Err(coded_error("E_NO_HIGHLIGHTS", "this browser has no CSS Custom Highlight API"));
        };
        Ok(Self { root, registry, prefix, names: Vec::new() })
    }

    /// Paints these spans, ascending and without overlap, instead of whatever was painted before. Spans
    /// beyond the text are left out.
    pub fn paint(&mut self, spans: Vec<Paint>) -> Result<(), JsValue> {
        self.clear();
        let document = self.root.owner_document().ok_or(JsValue::UNDEFINED)?;
        let walker = document.create_tree_walker_with_what_to_show(&self.root, 4)?; // NodeFilter.SHOW_TEXT
        let mut nodes = Nodes { walker, node: None, start: 0, end: 0 };
        let highlights = Array::new();
        for span in spans {
            let Some((from, from_offset)) = nodes.find(span.start(), false)? else { break };
            let Some((to, to_offset)) = nodes.find(span.end(), true)? else { break };
            let range = document.create_range()?;
            range.set_start(&from, from_offset)?;
            range.set_end(&to, to_offset)?;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
            let strength = ((span.strength().clamp(0.0, 1.0) * STRENGTHS as f64) as usize).min(STRENGTHS - 1);
            let name = format!("{}-{}-{strength}", self.prefix, span.group());
            let at = self.names.iter().position(|other| *other == name).unwrap_or_else(|| {
                self.names.push(name);
                highlights.push(&Highlight::new());
                self.names.len() - 1
            });
            let at = u32::try_from(at).unwrap_or(0);
            highlights.get(at).unchecked_into::<Highlight>().add(&range);
        }
        for (name, highlight) in self.names.iter().zip(highlights.iter()) {
            self.registry.set(name, highlight.unchecked_ref());
        }
        Ok(())
    }

    /// Takes this painter's paint away.
    pub fn clear(&mut self) {
        for name in self.names.drain(..) {
            self.registry.delete(&name);
        }
    }
}

/// The text nodes below an element, walked once in step with ascending offsets.
struct Nodes {
    walker: web_sys::TreeWalker,
    node: Option<Node>,
    /// Where the current node begins and ends in the element's text.
    start: u32,
    end: u32,
}

impl Nodes {
    /// The node and the offset in it of `offset` in the element's text. An offset between two nodes is the
    /// end of the first for a range's end, the start of the second for its start.
    fn find(&mut self, offset: u32, is_end: bool) -> Result<Option<(Node, u32)>, JsValue> {
        while self.node.is_none() || self.end < offset || (self.end == offset && !is_end) {
            let Some(node) = self.walker.next_node()? else { return Ok(None) };
            // The walker shows text only. Its length is asked for, not its text, which would be copied and re-encoded.
            let length = node.unchecked_ref::<CharacterData>().length();
            self.start = self.end;
            self.end += length;
            self.node = Some(node);
        }
        Ok(self.node.clone().map(|node| (node, offset - self.start)))
    }
}
