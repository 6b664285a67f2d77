//! Much at once, or much in one piece.

mod large_visits;
mod side_by_side;
mod slow_hiu;
mod storm;
mod visit_fetch_storm;
