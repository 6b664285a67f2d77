//! Counts rejections of unknown keys, by address and in total, in windows of a minute.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

use hip_infra::config::ThrottleSection;
use parking_lot::Mutex;

/// Length of a window.
pub(super) const WINDOW: Duration = Duration::from_secs(60);

/// Maximum number of addresses counted separately. Beyond it only the total is counted.
const ADDRESS_COUNT_MAX: usize = 4_096;

/// Maximum number of rejections of one window that are logged.
const LINE_COUNT_MAX: u32 = 100;

/// Counts failures with bounded memory.
pub(super) struct Throttle {
    per_address_max: u32,
    in_all_max: u32,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    addresses: HashMap<IpAddr, Window>,
    in_all: Option<Window>,
    lines: Option<Window>,
    unlogged: u64,
}

#[derive(Clone, Copy)]
struct Window {
    began: Instant,
    count: u32,
}

impl Window {
    const fn new(began: Instant) -> Self {
        Self { began, count: 0 }
    }

    fn is_over(self, now: Instant) -> bool {
        now.saturating_duration_since(self.began) >= WINDOW
    }

    /// Counts one more, in a new window if the last one is over.
    fn count(&mut self, now: Instant) -> Self {
        if self.is_over(now) {
            *self = Self::new(now);
        }
        self.count = self.count.saturating_add(1);
        *self
    }

    fn rest(self, now: Instant) -> Duration {
        WINDOW.saturating_sub(now.saturating_duration_since(self.began))
    }
}

impl Throttle {
    pub(super) fn new(section: &ThrottleSection) -> Self {
        Self {
            per_address_max: section.failures_per_address_max,
            in_all_max: section.failures_max,
            state: Mutex::default(),
        }
    }

    /// Counts a failure. Above the limit it returns how long the caller has to wait.
    pub(super) fn count(&self, address: Option<IpAddr>, now: Instant) -> Option<Duration> {
        let mut state = self.state.lock();
        let in_all = state.in_all.get_or_insert(Window::new(now)).count(now);
        let of_address = address.and_then(|address| state.count_address(network(address), now));
        let waits = [
            (in_all.count > self.in_all_max).then(|| in_all.rest(now)),
            of_address.filter(|one| one.count > self.per_address_max).map(|one| one.rest(now)),
        ];
        waits.into_iter().flatten().max()
    }

    /// Whether one more rejection may be logged.
    pub(super) fn may_log(&self, now: Instant) -> bool {
        let mut state = self.state.lock();
        let lines = state.lines.get_or_insert(Window::new(now)).count(now);
        let has_room = lines.count <= LINE_COUNT_MAX;
        if !has_room {
            state.unlogged += 1;
        }
        has_room
    }

    /// Rejections that were not logged since the last call.
    pub(super) fn take_unlogged(&self) -> u64 {
        let mut state = self.state.lock();
        std::mem::take(&mut state.unlogged)
    }
}

impl State {
    fn count_address(&mut self, address: IpAddr, now: Instant) -> Option<Window> {
        if self.addresses.len() >= ADDRESS_COUNT_MAX && !self.addresses.contains_key(&address) {
            self.addresses.retain(|_, window| !window.is_over(now));
            if self.addresses.len() >= ADDRESS_COUNT_MAX {
                return None;
            }
        }
        Some(self.addresses.entry(address).or_insert(Window::new(now)).count(now))
    }
}

/// A caller with IPv6 can use any address of a /64 network, so the network is counted.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle(failures_per_address_max: u32, failures_max: u32) -> Throttle {
        Throttle::new(&ThrottleSection {
            failures_per_address_max,
            failures_max,
            ..ThrottleSection::default()
        })
    }

    fn v4(last: u32) -> IpAddr {
        IpAddr::from(last.to_be_bytes())
    }

    #[test]
    fn an_address_that_fails_too_often_waits_for_the_end_of_the_minute() {
        let (throttle, now) = (throttle(2, 100), Instant::now());
        let later = now + Duration::from_secs(20);
        assert_eq!(throttle.count(Some(v4(1)), now), None);
        assert_eq!(throttle.count(Some(v4(1)), now), None);
        assert_eq!(throttle.count(Some(v4(1)), later), Some(Duration::from_secs(40)));
        assert_eq!(throttle.count(Some(v4(2)), later), None, "another address");
        assert_eq!(throttle.count(Some(v4(1)), now + WINDOW), None, "the next minute");
    }

    #[test]
    fn many_addresses_together_are_held_up_too() {
        let (throttle, now) = (throttle(10, 3), Instant::now());
        for n in 0..3 {
            assert_eq!(throttle.count(Some(v4(n)), now), None);
        }
        assert_eq!(throttle.count(Some(v4(9)), now), Some(WINDOW));
        assert_eq!(throttle.count(None, now), Some(WINDOW), "an address that is not known");
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one_caller() {
        let (throttle, now) = (throttle(1, 100), Instant::now());
        let address = |text: &str| Some(text.parse().unwrap());
        assert_eq!(throttle.count(address("2001:db8::1"), now), None);
        assert!(throttle.count(address("2001:db8::ffff:1"), now).is_some());
        assert_eq!(throttle.count(address("2001:db8:0:1::1"), now), None);
        assert_eq!(throttle.count(address("::ffff:192.0.2.1"), now), None);
        assert!(throttle.count(address("192.0.2.1"), now).is_some(), "the same, written as IPv4");
    }

    #[test]
    fn the_table_of_addresses_is_bounded_and_old_ones_make_room() {
        let (throttle, now) = (throttle(1, u32::MAX), Instant::now());
        let count = u32::try_from(ADDRESS_COUNT_MAX).unwrap();
        for n in 0..count * 2 {
            assert_eq!(throttle.count(Some(v4(n)), now), None);
        }
        let len = || throttle.state.lock().addresses.len();
        assert_eq!(len(), ADDRESS_COUNT_MAX);
        assert!(throttle.count(Some(v4(0)), now).is_some(), "who is in the table stays in it");
        assert_eq!(throttle.count(Some(v4(count)), now + WINDOW), None);
        assert_eq!(len(), 1);
    }

    #[test]
    fn a_flood_is_logged_line_by_line_only_at_its_start() {
        let (throttle, now) = (throttle(1, 1), Instant::now());
        let logged = (0..250).filter(|_| throttle.may_log(now)).count();
        assert_eq!(logged, 100);
        assert_eq!(throttle.take_unlogged(), 150);
        assert_eq!(throttle.take_unlogged(), 0);
        assert!(throttle.may_log(now + WINDOW));
    }
}
