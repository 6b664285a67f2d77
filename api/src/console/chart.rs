//! Charts as SVG. Colours come from the stylesheet by class; sizes are attributes, so no style is inside a page.

pub(super) mod axis;
