//! Independent pieces of work on a few threads; results come back in order, whoever finished first.

use crate::error::TrainError;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs `work` for `0..n` on `jobs` threads; `finished` hears how many are done.
///
/// # Errors
/// The first piece's that failed.
pub fn parallel<T: Send>(
    n: usize,
    jobs: usize,
    finished: impl Fn(usize) + Sync,
    work: impl Fn(usize) -> Result<T, TrainError> + Sync,
) -> Result<Vec<T>, TrainError> {
    // On one thread that is this one: another would begin with memory of its own.
    if jobs.min(n) <= 1 {
        return (0..n).map(|i| work(i).inspect(|_| finished(i + 1))).collect();
    }
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<Result<T, TrainError>>>> = (0..n).map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(n) {
            scope.spawn(|| {
                while let i = next.fetch_add(1, Ordering::Relaxed)
                    && let Some(slot) = results.get(i)
                {
                    let result = work(i);
                    if let Ok(mut slot) = slot.lock() {
                        *slot = Some(result);
                    }
                    finished(done.fetch_add(1, Ordering::Relaxed) + 1);
                }
            });
        }
    });
    results
        .into_iter()
        .map(|slot| slot.into_inner().ok().flatten().expect("every slot is filled before the scope ends"))
        .collect()
}
