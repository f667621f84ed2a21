//! Disjoint sets of rows: pairs that belong together come in, the sets they make go out (union by size with
//! path halving, Tarjan and van Leeuwen, JACM 1984).

/// A partition of the numbers below `n`.
pub struct Sets {
    parents: Vec<usize>,
    sizes: Vec<usize>,
}

impl Sets {
    /// Each number alone.
    pub fn new(n: usize) -> Self {
        Self { parents: (0..n).collect(), sizes: vec![1; n] }
    }

    /// The number that stands for the set of `i`.
    pub fn find(&mut self, mut i: usize) -> usize {
        while self.parents[i] != i {
            self.parents[i] = self.parents[self.parents[i]];
            i = self.parents[i];
        }
        i
    }

    /// Makes one set of the two that hold `a` and `b`.
    pub fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        if a == b {
            return;
        }
        let (small, large) = if self.sizes[a] < self.sizes[b] { (a, b) } else { (b, a) };
        self.parents[small] = large;
        self.sizes[large] += self.sizes[small];
    }

    /// The sets, each ascending, in the order of their first numbers.
    pub fn into_groups(mut self) -> Vec<Vec<usize>> {
        let mut places = vec![usize::MAX; self.parents.len()];
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for i in 0..self.parents.len() {
            let root = self.find(i);
            if places[root] == usize::MAX {
                places[root] = groups.len();
                groups.push(Vec::new());
            }
            groups[places[root]].push(i);
        }
        groups
    }
}
