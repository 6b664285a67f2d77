//! The goals of a report as a picture: each figure as a share of its limit.

use std::fmt::Write as _;

use super::goal::{Bound, Goal};

/// Width of the picture, of its words, and of the bar of a figure that is equal to its limit, in pixels.
const WIDTH: u32 = 900;
const WORDS_WIDTH: u32 = 440;
const LIMIT_WIDTH: f64 = 200.0;

/// Longest bar, in limits.
const SHARE_MAX: f64 = 1.8;

/// Height of one line, and of the title.
const LINE_HEIGHT: u32 = 26;
const TITLE_HEIGHT: u32 = 56;

/// An SVG with a line for each goal. A bar that ends at the line in the middle is exactly at the limit. Green: met.
pub(super) fn svg(title: &str, goals: &[Goal]) -> String {
    let count = u32::try_from(goals.len()).unwrap_or(u32::MAX);
    let height = TITLE_HEIGHT + count.saturating_mul(LINE_HEIGHT) + 16;
    let limit_x = f64::from(WORDS_WIDTH) + LIMIT_WIDTH;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<title>{0}</title>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
         <text x=\"16\" y=\"24\" font-size=\"14\">{0}</text>\n\
         <text x=\"{limit_x}\" y=\"46\" text-anchor=\"middle\" fill=\"#555555\">limit</text>\n",
        escape(title)
    );
    for (goal, y) in goals.iter().zip((TITLE_HEIGHT..).step_by(LINE_HEIGHT as usize)) {
        line(&mut svg, goal, y);
    }
    let bottom = height - 12;
    let _ = writeln!(
        svg,
        "<line x1=\"{limit_x}\" y1=\"{TITLE_HEIGHT}\" x2=\"{limit_x}\" y2=\"{bottom}\" stroke=\"#555555\" \
         stroke-dasharray=\"3 3\"/>\n</svg>"
    );
    svg
}

fn line(svg: &mut String, goal: &Goal, y: u32) {
    let text_y = y + 16;
    let _ = writeln!(svg, "<text x=\"16\" y=\"{text_y}\">{}</text>", escape(goal.what()));
    let (limit, sign) = match goal.bound() {
        Bound::AtLeast(limit) => (limit, '≥'),
        Bound::AtMost(limit) => (limit, '≤'),
    };
    let Some(measured) = goal.measured() else {
        let _ = writeln!(svg, "<text x=\"{WORDS_WIDTH}\" y=\"{text_y}\">not measured</text>");
        return;
    };
    let width = LIMIT_WIDTH * (measured / limit).clamp(0.0, SHARE_MAX);
    let colour = if goal.is_met() { "#2e7d4f" } else { "#b3541e" };
    let (bar_y, label_x) = (y + 4, f64::from(WORDS_WIDTH) + width + 6.0);
    let _ = writeln!(
        svg,
        "<rect x=\"{WORDS_WIDTH}\" y=\"{bar_y}\" width=\"{width:.1}\" height=\"16\" fill=\"{colour}\"/>\n\
         <text x=\"{label_x:.1}\" y=\"{text_y}\">{measured:.2} ({sign} {limit:.2})</text>"
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_a_share_of_the_limit() {
        let goals = [
            Goal::new("G1", "half & met", Bound::AtMost(10.0), Some(5.0)),
            Goal::new("G2", "far beyond", Bound::AtMost(1.0), Some(100.0)),
            Goal::new("G3", "nothing", Bound::AtLeast(1.0), None),
        ];
        let svg = svg("a < b", &goals);
        assert!(svg.contains("<title>a &lt; b</title>"), "{svg}");
        assert!(svg.contains("half &amp; met") && svg.contains("width=\"100.0\""), "{svg}");
        assert!(svg.contains("width=\"360.0\""), "{svg}");
        assert!(svg.contains("not measured"), "{svg}");
    }
}
