//! A teacher: labelled sentences and a transformer from elsewhere come in; the transformer is tuned on them and gives
//! its opinion on sentences that nobody labelled, from which a smaller model then learns.
//!
//! The method is Hinton, Vinyals and Dean's (*Distilling the Knowledge in a Neural Network*, 2015). Several teachers,
//! tuned alike but for the order in which they read, are asked one by one, and the mean of their logits is the opinion:
//! where they differ, it is less sure.

use crate::bert::Bert;
use crate::checkpoint::{Checkpoints, learn_on};
use crate::error::EncodeError;
use crate::example::{Augmentation, Examples};
use crate::learn::{Schedule, State, threads};
use crate::network::{in_batches, judge};
use crate::train::merged;
use stancelight_train::{Progress, Row};
use std::path::PathBuf;

/// How to tune.
#[derive(Clone, Debug, PartialEq)]
pub struct Tuning {
    /// Folder of a BERT or an MPNet: `config.json`, `model.safetensors`, `tokenizer.json`.
    pub teacher: PathBuf,
    /// How many teachers, whose seeds follow `seed`.
    pub teachers: usize,
    /// Passes over the sentences.
    pub epochs: usize,
    /// Sentences a step.
    pub batch: usize,
    /// The highest rate of learning.
    pub rate: f64,
    /// Part of the numbers that dropout takes.
    pub dropout: f64,
    /// Drives every random choice.
    pub seed: u64,
    /// Threads; the result does not depend on it.
    pub jobs: usize,
    /// Where to note how far tuning is: a folder in it for each teacher.
    pub checkpoints: Option<Checkpoints>,
}

impl Tuning {
    fn schedule(&self) -> Schedule {
        Schedule {
            epochs: self.epochs,
            batch: self.batch,
            rate: self.rate,
            warm: WARM,
            decay: DECAY,
            dropout: self.dropout,
            augmentation: Augmentation { swap: 0.0, lower: 0.0 },
            seed: self.seed,
        }
    }
}

/// The part of the way on which the rate rises.
const WARM: f64 = 0.1;
/// Pulls matrices to nothing.
const DECAY: f32 = 0.01;

/// Tuned transformers.
pub struct Teacher {
    bert: Bert,
    /// The numbers of each.
    tuned: Vec<Vec<f32>>,
    pool: rayon::ThreadPool,
}

impl Teacher {
    /// Tunes on labelled rows, none of which is without weight.
    ///
    /// # Errors
    /// If the settings are not allowed, the folder holds no such model, there are no rows, or a checkpoint is of something else.
    pub fn tune(rows: &[&Row], labels: usize, tuning: &Tuning, progress: &Progress<'_>) -> Result<Self, EncodeError> {
        let schedule = tuning.schedule();
        schedule.validate()?;
        if rows.is_empty() || tuning.teachers == 0 {
            let message = "a teacher is tuned on at least one labelled sentence, and there must be at least 1 teacher";
            return Err(EncodeError::Settings(message.into()));
        }
        let bert = Bert::read(&tuning.teacher, labels)?;
        let rows = merged(rows);
        let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
        let cut = bert.cut(&texts)?;
        let examples = Examples::of_pieces(cut.into_iter().zip(&rows));
        let pool = threads(tuning.jobs)?;
        let mut tuned = Vec::new();
        for n in 0..tuning.teachers {
            let schedule = Schedule { seed: schedule.seed.wrapping_add(n as u64), ..schedule.clone() };
            let checkpoints = tuning
                .checkpoints
                .as_ref()
                .map(|all| Checkpoints { folder: all.folder.join(format!("teacher-{}", n + 1)), resume: all.resume });
            let reached = |state: &State, done, all| {
                let epoch = (state.epochs.len() + 1).min(tuning.epochs);
                let what = format!("teacher {} of {}, epoch {epoch} of {}", n + 1, tuning.teachers, tuning.epochs);
                progress(&what, done, all);
            };
            let begin = State::begin(bert.numbers.clone());
            let checkpoints = checkpoints.as_ref();
            let state = learn_on(&bert.plan, &schedule, &examples, &[], &pool, begin, checkpoints, reached)?;
            tuned.push(state.numbers);
        }
        Ok(Self { bert, tuned, pool })
    }

    /// The mean of the teachers' logits for each text, a row a text.
    ///
    /// # Errors
    /// If the transformer's tokenizer fails.
    pub fn logits(&self, texts: &[&str], progress: &Progress<'_>) -> Result<Vec<Vec<f64>>, EncodeError> {
        let cut = self.bert.cut(texts)?;
        let cut: Vec<_> = cut.iter().map(Vec::as_slice).collect();
        let plan = &self.bert.plan;
        let mut out = vec![vec![0.0; plan.labels]; texts.len()];
        #[allow(clippy::cast_precision_loss, reason = "teachers are few")]
        let share = 1.0 / self.tuned.len() as f64;
        for (n, numbers) in self.tuned.iter().enumerate() {
            let variables = plan.variables(numbers)?;
            let read = |batch: &[&[_]]| judge(plan, &variables, numbers, batch.iter().copied());
            let reached = |done| progress("asking for opinions", n * cut.len() + done, self.tuned.len() * cut.len());
            for (out, row) in out.iter_mut().zip(in_batches(&cut, &self.pool, read, reached)?) {
                out.iter_mut().zip(row).for_each(|(sum, z)| *sum += share * f64::from(z));
            }
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::{Teacher, Tuning};
    use crate::bert;
    use crate::checkpoint::Checkpoints;
    use stancelight_train::Row;
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn tuning(teacher: PathBuf, jobs: usize) -> Tuning {
        Tuning {
            teacher,
            teachers: 2,
            epochs: 30,
            batch: 8,
            rate: 3e-3,
            dropout: 0.1,
            seed: 1,
            jobs,
            checkpoints: None,
        }
    }

    fn rows() -> Vec<Row> {
        let row = |i: usize| {
            let (word, target) = if i.is_multiple_of(2) { ("thanked", [1.0, 0.0]) } else { ("shelled", [0.0, 1.0]) };
            let text = ["envoys of", "chad", "of chad", "signing"][i / 2 % 4].to_owned() + " " + word;
            Row { text, target: target.to_vec(), weight: 1.0, groups: Vec::new(), source: 0 }
        };
        (0..8).map(row).collect()
    }

    #[test]
    fn learns_and_has_the_same_opinions_on_more_threads() {
        let rows = rows();
        let rows: Vec<&Row> = rows.iter().collect();
        let texts = ["envoys of chad thanked chad", "chad shelled envoys", ""];
        let opinions = |jobs| {
            let teacher =
                Teacher::tune(&rows, 2, &tuning(bert::tests::folder().to_owned(), jobs), &|_, _, _| {}).unwrap();
            teacher.logits(&texts, &|_, _, _| {}).unwrap()
        };
        let one = opinions(1);
        assert!(one[0][0] > one[0][1] && one[1][1] > one[1][0], "{one:?}");
        assert_eq!(one, opinions(3));
    }

    #[test]
    fn goes_on_from_checkpoints_without_learning_again() {
        let rows = rows();
        let rows: Vec<&Row> = rows.iter().collect();
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = Some(Checkpoints { folder: folder.path().to_owned(), resume: true });
        let tuning = Tuning { checkpoints, ..tuning(bert::tests::folder().to_owned(), 2) };
        let learned = || {
            let steps = AtomicUsize::new(0);
            let count = |_: &str, _, _| {
                steps.fetch_add(1, Ordering::Relaxed);
            };
            let teacher = Teacher::tune(&rows, 2, &tuning, &count).unwrap();
            (teacher.logits(&["envoys of chad"], &|_, _, _| {}).unwrap(), steps.into_inner())
        };
        let (opinions, steps) = learned();
        assert_eq!(steps, 60, "thirty passes of one step, two teachers");
        assert_eq!(learned(), (opinions.clone(), 0));
        // The first was whole when it stopped, the second had not begun.
        std::fs::remove_dir_all(folder.path().join("teacher-2")).unwrap();
        assert_eq!(learned(), (opinions, 30));
        let other = Tuning { seed: 7, ..tuning.clone() };
        let refused = Teacher::tune(&rows, 2, &other, &|_, _, _| {}).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(refused.contains("other data or settings"), "{refused}");
    }

    #[test]
    fn says_what_is_wrong_with_the_settings() {
        let rows = rows();
        let rows: Vec<&Row> = rows.iter().collect();
        let good = tuning(PathBuf::from("nowhere"), 1);
        let cases: [(&[&Row], Tuning, &str); 5] = [
            (&[], good.clone(), "at least one labelled sentence"),
            (&rows, Tuning { epochs: 0, ..good.clone() }, "at least 1"),
            (&rows, Tuning { rate: f64::NAN, ..good.clone() }, "rate"),
            (&rows, Tuning { dropout: 1.0, ..good.clone() }, "dropout"),
            (&rows, good, "config.json"),
        ];
        for (rows, tuning, part) in cases {
            let error = Teacher::tune(rows, 2, &tuning, &|_, _, _| {}).err().map(|e| e.to_string());
            assert!(error.as_ref().is_some_and(|said| said.contains(part)), "{part}: {error:?}");
        }
    }
}
