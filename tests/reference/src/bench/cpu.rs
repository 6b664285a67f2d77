//! What this process has cost.

use std::fs;
use std::time::Duration;

/// Linux counts processor time in hundredths of a second towards programs, whatever it uses inside.
const TICK: Duration = Duration::from_millis(10);

/// Processor time of this process since its start, user and system.
pub(super) fn time_used() -> Option<Duration> {
    TICK.checked_mul(ticks(&fs::read_to_string("/proc/self/stat").ok()?)?)
}

/// `utime` and `stime`, fields 14 and 15. Field 2 is the program's name in brackets and may hold
/// anything, so counting begins behind it, at field 3.
fn ticks(stat: &str) -> Option<u32> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(14 - 3);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    user.checked_add(system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_blanks_does_not_shift_the_fields() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194304 100 0 0 0 250 40 0 0 20 0 1 0 5 6 7";
        assert_eq!(ticks(stat), Some(290));
        assert_eq!(ticks("7 (short) S 1"), None);
    }
}
