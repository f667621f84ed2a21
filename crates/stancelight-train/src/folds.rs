//! Cross-validation folds that do not flatter: rows of one group, and rows that nearly repeat one another,
//! always stand in the same fold; labels are spread evenly.

use crate::corpus::{Group, Row};
use crate::duplicates::join_near_duplicates;
use crate::error::TrainError;
use crate::sets::Sets;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;
use stancelight::Topic;
use std::collections::{BTreeSet, HashMap};

/// Which rows are held out together.
pub struct Folds {
    /// How many folds there are.
    pub count: usize,
    /// The fold of each inside row, `0..count`.
    pub assigned: Vec<usize>,
    /// Which inside rows stand together in a fold whatever the folds are: a number for each row.
    pub together: Vec<usize>,
    /// For each outside row the folds of the inside rows that it nearly repeats or has a group in common with: those
    /// folds' models may not learn from it either.
    pub kin: Vec<Vec<usize>>,
    /// What a reader should be warned of.
    pub warnings: Vec<String>,
}

/// Deals the first `inside` of the rows into as many folds as are wanted, or as the rarest label allows.
///
/// # Errors
/// If a label has fewer than two rows, or all rows hang together.
pub fn deal(rows: &[&Row], inside: usize, topic: &Topic, wanted: usize, seed: u64) -> Result<Folds, TrainError> {
    let first = First::new(&rows[..inside], |_| true);
    let mut groups = inseparable(rows, &first, inside);
    let like = part_outside(&mut groups, inside, rows.len());
    let (rows, outside) = rows.split_at(inside);
    let count = usable(rows, &groups, topic, wanted)?;
    let warnings = warnings(rows, &groups, topic, wanted, count);
    let mut together = vec![0; inside];
    for (number, group) in groups.iter().enumerate() {
        group.iter().for_each(|&i| together[i] = number);
    }
    let assigned = assign(rows, groups, topic.labels.len(), count, seed);
    let kin = outside.iter().zip(like).map(|(row, like)| {
        let named = row.groups.iter().flat_map(|group| first.of(group));
        like.into_iter().chain(named).map(|i| assigned[i]).collect()
    });
    let kin = kin.collect();
    Ok(Folds { count, assigned, together, kin, warnings })
}

/// The first row of each group.
struct First<'r> {
    rows: HashMap<(Option<usize>, &'r str), usize>,
    /// The few fields that name any.
    fields: BTreeSet<Option<usize>>,
}

impl<'r> First<'r> {
    /// Of the groups that count.
    fn new(rows: &[&'r Row], counts: impl Fn(&Group) -> bool) -> Self {
        let (mut first, mut fields) = (HashMap::new(), BTreeSet::new());
        for (i, row) in rows.iter().enumerate() {
            for Group { field, value } in row.groups.iter().filter(|group| counts(group)) {
                first.entry((*field, value.as_str())).or_insert(i);
                fields.insert(*field);
            }
        }
        Self { rows: first, fields }
    }

    /// The first row of this group, and of what else it may be.
    fn of(&self, group: &Group) -> impl Iterator<Item = usize> {
        let may_be = self.fields.iter().filter(|field| group.field.is_none() || **field == group.field);
        may_be.filter_map(|field| self.rows.get(&(*field, group.value.as_str())).copied())
    }

    /// Puts rows of one group in one set.
    fn join(&self, rows: &[&Row], sets: &mut Sets) {
        for (i, row) in rows.iter().enumerate() {
            row.groups.iter().flat_map(|group| self.of(group)).for_each(|of| sets.join(i, of));
        }
    }
}

/// For each row the number of its cluster: rows that have a group in common are in one, if it is one that counts.
pub fn clusters(rows: &[&Row], counts: impl Fn(&Group) -> bool) -> Vec<usize> {
    let mut sets = Sets::new(rows.len());
    First::new(rows, counts).join(rows, &mut sets);
    (0..rows.len()).map(|i| sets.find(i)).collect()
}

/// The rows that must stand in one fold, together; every row is in one of these sets. Outside rows, from `inside` on, are
/// there for what they nearly repeat, unless it is known what they are made of: a sentence made of two does not make
/// those one.
fn inseparable(rows: &[&Row], first: &First<'_>, inside: usize) -> Vec<Vec<usize>> {
    let mut sets = Sets::new(rows.len());
    first.join(&rows[..inside], &mut sets);
    let known = |i: usize| i >= inside && !rows[i].groups.is_empty();
    let texts = rows.iter().enumerate().map(|(i, row)| if known(i) { "" } else { row.text.as_str() });
    join_near_duplicates(texts, &mut sets);
    sets.into_groups()
}

/// Takes the rows from `inside` on out of the groups. They are never held out, but they may nearly repeat what is: for
/// each of them an inside row of its group, if there is one, whose fold's model may not learn from it either.
fn part_outside(groups: &mut Vec<Vec<usize>>, inside: usize, rows: usize) -> Vec<Option<usize>> {
    let mut like = vec![None; rows - inside];
    groups.retain_mut(|group| {
        let outside = group.split_off(group.partition_point(|&i| i < inside));
        if group.is_empty() {
            return false;
        }
        outside.into_iter().for_each(|i| like[i - inside] = Some(group[0]));
        true
    });
    like
}

/// In how many groups each label has a row.
fn groups_of_labels(rows: &[&Row], groups: &[Vec<usize>], labels: usize) -> Vec<usize> {
    let mut counts = vec![0; labels];
    let mut last = vec![None; labels];
    for (group, members) in groups.iter().enumerate() {
        for label in members.iter().map(|&i| rows[i].label()) {
            if last[label].replace(group) != Some(group) {
                counts[label] += 1;
            }
        }
    }
    counts
}

/// As many folds as the rarest label allows; one that stands in a single group cannot be measured at all and
/// does not count.
fn usable(rows: &[&Row], groups: &[Vec<usize>], topic: &Topic, wanted: usize) -> Result<usize, TrainError> {
    for (i, label) in topic.labels.iter().enumerate() {
        let count = rows.iter().filter(|row| row.label() == i).count();
        if count < 2 {
            return Err(TrainError::Corpus(format!(
                "label `{}` has {count} labelled sentences and needs at least 2: add some, or remove it from the topic",
                label.name
            )));
        }
    }
    if groups.len() < 2 {
        return Err(TrainError::Corpus(format!(
            "all {} labelled sentences nearly repeat one another or are of one group, so none can be held out: name fewer \
             or other fields with --group, or add sentences",
            rows.len()
        )));
    }
    let counts = groups_of_labels(rows, groups, topic.labels.len());
    let rarest = counts.into_iter().filter(|&count| count > 1).min().unwrap_or(2);
    Ok(wanted.clamp(2, rarest.max(2)))
}

/// What the folds do to the figures that a reader should know.
fn warnings(rows: &[&Row], groups: &[Vec<usize>], topic: &Topic, wanted: usize, folds: usize) -> Vec<String> {
    let together = "nearly repeat one another or are of one group, and stand in one fold";
    let counts = groups_of_labels(rows, groups, topic.labels.len());
    let rarest = topic.labels.iter().zip(&counts).filter(|(_, count)| **count > 1).min_by_key(|(_, count)| **count);
    let alone = topic.labels.iter().zip(&counts).filter(|(_, count)| **count == 1);
    let mut out: Vec<String> = alone
        .map(|(label, _)| {
            format!("all sentences labelled `{}` {together}: no figure of this label means anything", label.name)
        })
        .collect();
    if let Some((label, count)) = rarest.filter(|_| folds < wanted) {
        out.push(format!(
            "{folds} folds instead of {wanted}: sentences labelled `{}` stand in {count} groups only, and every fold needs \
             one; add some, or give the label to another",
            label.name
        ));
    }
    let largest = groups.iter().map(Vec::len).max().unwrap_or(0);
    if largest * folds > rows.len() && largest > 1 {
        out.push(format!("{largest} of {} sentences {together}: the folds are uneven", rows.len()));
    }
    out
}

/// The fold of each row, `0..folds`; `groups` are the rows that stay together.
fn assign(rows: &[&Row], mut groups: Vec<Vec<usize>>, labels: usize, folds: usize, seed: u64) -> Vec<usize> {
    groups.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(seed));
    // Large groups first: the small ones then even out what those left uneven.
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    let mut sizes = vec![vec![0_usize; labels + 1]; folds];
    let mut out = vec![0; rows.len()];
    for group in groups {
        let label = rows[group[0]].label();
        let fold = (0..folds).min_by_key(|&f| (sizes[f][label], sizes[f][labels])).unwrap_or(0);
        for i in group {
            out[i] = fold;
            sizes[fold][rows[i].label()] += 1;
            sizes[fold][labels] += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{First, Group, Row, assign, deal, inseparable};
    use crate::topic_file::TopicFile;

    /// `1:a` is a group of the second field, `a` one of any.
    fn group(written: &str) -> Group {
        let (field, value) = written.split_once(':').unwrap_or(("", written));
        Group { field: field.parse().ok(), value: value.into() }
    }

    fn row(text: &str, label: usize, groups: &[&str]) -> Row {
        let mut target = vec![0.0, 0.0];
        target[label] = 1.0;
        Row {
            text: text.into(),
            target,
            weight: 1.0,
            groups: groups.iter().map(|written| group(written)).collect(),
            source: 0,
        }
    }

    #[test]
    fn keeps_groups_and_repeats_together_and_labels_even() {
        let mut rows: Vec<Row> = (0..100).map(|i| row(&format!("sentence {i}"), i % 2, &[])).collect();
        rows.extend((0..10).map(|i| row(&format!("member {i}"), 0, &["g"])));
        rows.push(row("Sentence 7!", 1, &[]));
        rows.push(row("they signed it in the harbour today", 1, &[]));
        rows.push(row("They signed it in the market today.", 0, &["g"]));
        let rows: Vec<&Row> = rows.iter().collect();
        let assign = |seed| assign(&rows, inseparable(&rows, &First::new(&rows, |_| true), rows.len()), 2, 5, seed);
        let folds = assign(1);
        assert_eq!(folds[7], folds[110]);
        // A near-duplicate of a group's member stands with all of the group.
        for i in (100..110).chain([111, 112]) {
            assert_eq!(folds[i], folds[100]);
        }
        for fold in 0..5 {
            let size = folds.iter().filter(|f| **f == fold).count();
            assert!((20..=25).contains(&size), "fold {fold} has {size} rows");
        }
        assert_eq!(folds, assign(1));
        assert_ne!(folds, assign(2));
    }

    #[test]
    fn outside_rows_know_whom_they_repeat_and_what_they_are_made_of() {
        let inside = [
            ("the envoys signed the accord in the harbour", &["0:a"][..]),
            ("the river rises in the hills", &["0:b"]),
            ("nobody came to the fair", &[]),
            ("a choir sang on the stairs", &["1:c", "0:b"]),
            ("the envoy of another field", &["1:a"]),
        ];
        let outside = [
            ("The envoys signed the accord in the hall.", &[][..], vec![0]),
            ("nobody came to the market", &[], vec![2]),
            ("something else altogether", &["d"], vec![]),
            ("The river ends in the hills", &["d", "b"], vec![1]),
            ("all of it is new", &["c", "b"], vec![3, 1]),
            ("of either field", &["a"], vec![0, 4]),
        ];
        let all = inside.into_iter().chain(outside.iter().map(|(text, groups, _)| (*text, *groups)));
        let rows: Vec<Row> = all.zip(0..).map(|((text, groups), i)| row(text, i / 2 % 2, groups)).collect();
        let rows: Vec<&Row> = rows.iter().collect();
        let folds = deal(&rows, inside.len(), &two_labels(), 3, 1).unwrap();
        // What shares a group stands in one fold; an outside row of two groups does not join these.
        assert_eq!(folds.assigned[3], folds.assigned[1]);
        let together = inseparable(&rows, &First::new(&rows[..inside.len()], |_| true), inside.len());
        let apart = |a, b| together.iter().all(|rows| !(rows.contains(&a) && rows.contains(&b)));
        assert!(apart(0, 1), "{together:?}");
        // Document a is not speaker a.
        assert!(apart(0, 4), "{together:?}");
        for ((_, _, of), kin) in outside.iter().zip(&folds.kin) {
            assert_eq!(*kin, of.iter().map(|&i: &usize| folds.assigned[i]).collect::<Vec<_>>());
        }
    }

    fn two_labels() -> stancelight::Topic {
        let label = |name: &str| format!("[[labels]]\nname = \"{name}\"\npole = 0\ncolor = \"#000000\"\n");
        let head = "name = \"t\"\ntitle = \"T\"\nquestion = \"?\"\n";
        TopicFile::parse(&format!("{head}{}{}", label("one"), label("two"))).unwrap().topic
    }

    #[test]
    fn what_has_no_letters_is_like_what_is_written_the_same() {
        let texts = ["🙂", "🙃", "!!!", "🙂 ", "a choir sang on the stairs", "the river rises in the hills"];
        let rows: Vec<Row> = texts.iter().zip(0..).map(|(text, i)| row(text, i % 2, &[])).collect();
        // Of outside data it is known what it is made of; that says nothing of the others.
        let outside = row("made of another", 0, &["a"]);
        let rows: Vec<&Row> = rows.iter().chain([&outside]).collect();
        let folds = deal(&rows, texts.len(), &two_labels(), 3, 1).unwrap();
        assert_eq!(folds.together[0], folds.together[3]);
        let others: std::collections::BTreeSet<_> = folds.together.iter().collect();
        assert_eq!(others.len(), 5);
        assert!(folds.kin[0].is_empty());
    }

    #[test]
    fn says_why_there_are_fewer_folds_or_none() {
        let words = ["choir", "river", "harbour", "fair", "envoy", "stairs", "hill", "market"];
        let rows: Vec<Row> = words.iter().zip(0..).map(|(word, i)| row(word, usize::from(i < 2), &["0:a"])).collect();
        let rows: Vec<&Row> = rows.iter().collect();
        let said = deal(&rows, rows.len(), &two_labels(), 5, 1).err().unwrap().to_string();
        assert!(said.contains("all 8 labelled sentences") && said.contains("--group"), "{said}");
        let alone: Vec<Row> = rows.iter().map(|row| Row { groups: Vec::new(), ..(*row).clone() }).collect();
        let alone: Vec<&Row> = alone.iter().collect();
        let folds = deal(&alone, alone.len(), &two_labels(), 5, 1).unwrap();
        assert_eq!(folds.count, 2);
        assert!(
            folds.warnings[0].starts_with("2 folds instead of 5: sentences labelled `two`"),
            "{:?}",
            folds.warnings
        );
    }
}
