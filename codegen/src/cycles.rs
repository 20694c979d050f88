//! Cycles of types that contain each other: the strongly connected components of a graph (Tarjan
//! 1972), without recursion.

use std::collections::{BTreeMap, BTreeSet};

/// Returns a number for each node on a cycle: the same for nodes that reach each other.
pub fn find(graph: &BTreeMap<&str, Vec<&str>>) -> BTreeMap<String, usize> {
    let mut cycles = BTreeMap::new();
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    // The earliest node that each open node reaches.
    let mut low: BTreeMap<&str, usize> = BTreeMap::new();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = Vec::new();
    for start in graph.keys() {
        let mut way: Vec<(&str, usize)> = Vec::new();
        let mut next = Some(*start).filter(|s| !found.contains_key(s));
        loop {
            if let Some(node) = next.take() {
                low.insert(node, found.len());
                found.insert(node, found.len());
                open.push(node);
                way.push((node, 0));
            }
            let Some((node, edge)) = way.last_mut() else {
                break;
            };
            let node = *node;
            let edges = graph.get(node).map(Vec::as_slice).unwrap_or_default();
            if let Some(to) = edges.get(*edge) {
                *edge += 1;
                match found.get(to) {
                    None => next = Some(*to).filter(|t| graph.contains_key(t)),
                    Some(at) if !done.contains(to) => reaches(&mut low, node, *at),
                    Some(_) => {}
                }
                continue;
            }
            way.pop();
            let (at, earliest) = (found.get(node).copied(), low.get(node).copied());
            if let (Some((above, _)), Some(earliest)) = (way.last(), earliest) {
                reaches(&mut low, above, earliest);
            }
            if at == earliest {
                let from = open.iter().rposition(|n| *n == node).unwrap_or_default();
                let group = open.split_off(from);
                let cyclic = group.len() > 1 || edges.contains(&node);
                for member in group {
                    done.insert(member);
                    cycles.extend(at.filter(|_| cyclic).map(|at| (member.to_owned(), at)));
                }
            }
        }
    }
    cycles
}

fn reaches(low: &mut BTreeMap<&str, usize>, node: &str, at: usize) {
    if let Some(low) = low.get_mut(node) {
        *low = at.min(*low);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separate_cycles_of_references_are_found() {
        let graph = BTreeMap::from([
            ("a", vec!["b"]),
            ("b", vec!["c", "missing"]),
            ("c", vec!["a", "d"]),
            ("d", vec!["e", "f"]),
            ("e", vec!["d"]),
            ("f", vec!["g"]),
            ("g", vec![]),
            ("h", vec!["h", "a"]),
        ]);
        let found = find(&graph);
        let same = |a: &str, b: &str| found.get(a).is_some_and(|c| found.get(b) == Some(c));
        assert!(same("a", "b") && same("a", "c") && same("d", "e") && same("h", "h"));
        assert!(!same("a", "d") && !same("h", "a") && !same("f", "f") && !same("g", "g"));
    }

    #[test]
    fn a_long_chain_of_references_does_not_overflow_the_stack() {
        let names: Vec<String> = (0..50_000).map(|i| i.to_string()).collect();
        let next = |i: usize| vec![names[(i + 1) % names.len()].as_str()];
        let graph = names
            .iter()
            .enumerate()
            .map(|(i, n)| (n.as_str(), next(i)))
            .collect();
        assert_eq!(find(&graph).len(), names.len());
    }
}
