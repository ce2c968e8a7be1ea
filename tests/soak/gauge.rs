//! What the process holds at this moment, as the system counts it.

use std::fs;

/// `None`: this system has no `/proc`, and does not say without code that is not safe.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// Resident memory in KiB.
    pub(crate) rss: Option<f64>,
    /// Open descriptors: files, sockets, and what a runtime has of its own.
    pub(crate) descriptors: Option<f64>,
}

impl Reading {
    pub(crate) fn take() -> Self {
        Self {
            rss: fs::read_to_string("/proc/self/status")
                .ok()
                .and_then(|status| resident(&status)),
            descriptors: descriptors(),
        }
    }
}

/// Of `status` and not of `statm`, which counts in pages: how large one is takes a call of the C library.
fn resident(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line?.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn descriptors() -> Option<f64> {
    let open = fs::read_dir("/proc/self/fd").ok()?.count();
    // One of them is the directory that is read.
    Some(open.saturating_sub(1) as f64)
}

/// Said once, where that is so.
pub(crate) const NOT_MEASURED: &str =
    "not measured: descriptors and RSS, as this system has no /proc";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_read_from_the_line_that_has_it() {
        let status = "Name:\tsoak\nVmHWM:\t   99999 kB\nVmRSS:\t   12345 kB\nThreads:\t1\n";
        assert_eq!(resident(status), Some(12345.0));
        for other in ["", "VmRSS:", "VmRSS:\t x kB", "VmRSS:\t 12 MB"] {
            assert_eq!(resident(other), None, "{other}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_file_that_is_opened_is_one_descriptor_more() {
        // Other tests open files beside this one: it is enough that it happens once.
        let one_more = || {
            let before = descriptors().unwrap();
            let file = fs::File::open("/dev/null").unwrap();
            let during = descriptors().unwrap();
            drop(file);
            during == before + 1.0 && descriptors().unwrap() == before
        };
        assert!((0..1000).any(|_| one_more()));
        assert!(Reading::take().rss.unwrap() > 100.0);
    }
}
