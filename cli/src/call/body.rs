//! Reads bodies from the command line: `-b name=Truck -b tags[]=a`, `--json TEXT|@FILE|-`.

use std::path::Path;

use serde_json::{Map, Value};

use super::{
    Content, Part,
    file::{json_of, parse, perhaps_a_text, read_file, without_mark},
    steps::{Step, steps},
};
use crate::{
    Failure, Result,
    index::{Body, BodyKind},
    output::{LEVELS, line},
};

/// Returns the body that `-b` and `--json` give.
///
/// # Errors
/// Returns an error if a member is malformed, a file does not exist, or a text is not JSON.
pub fn read(body: &Body, members: &[String], json: Option<&str>) -> Result<Option<Content>> {
    match (members, json) {
        ([], None) => Ok(None),
        (_, Some(_)) => any(members, json).map(|value| value.map(Content::Json)),
        ([whole], None) if body.kind == BodyKind::Raw => match whole.strip_prefix('@') {
            Some(path) => Ok(Some(Content::Raw(read_file(path, "-b")?))),
            None => Ok(Some(Content::Raw(whole.clone().into_bytes()))),
        },
        (members, None) if body.kind == BodyKind::Multipart => members
            .iter()
            .map(|m| part(m))
            .collect::<Result<_>>()
            .map(|p| Some(Content::Parts(p))),
        (members, None) if body.kind == BodyKind::Form => {
            // A name that is given several times is a list.
            fn name(member: &str) -> &str {
                let name = member.split_once('=').map_or("", |(name, _)| name);
                name.strip_suffix(':').unwrap_or(name)
            }
            let is_list = |own: &str| {
                let same = members.iter().filter(|other| name(other) == own);
                same.count() > 1 && !own.ends_with(']')
            };
            let members: Vec<_> = members
                .iter()
                .map(|member| match name(member) {
                    own if is_list(own) => format!("{own}[]{}", &member[own.len()..]),
                    _ => member.clone(),
                })
                .collect();
            any(&members, None).map(|value| value.map(Content::Json))
        }
        (members, None) => any(members, None).map(|value| value.map(Content::Json)),
    }
}

/// Returns a JSON body for a request that no document describes.
///
/// # Errors
/// Returns an error in the same cases as [`read`].
pub fn any(members: &[String], json: Option<&str>) -> Result<Option<Value>> {
    match (members, json) {
        ([], None) => Ok(None),
        ([], Some(text)) => json_of(text).map(Some),
        (_, Some(_)) => Err(Failure::usage("-b and --json cannot be combined")),
        (members, None) => {
            let (mut whole, mut nulls) = (Value::Null, Vec::new());
            members
                .iter()
                .try_for_each(|member| set(&mut whole, &mut nulls, member))?;
            Ok(Some(whole))
        }
    }
}

/// Splits a member into its name, whether its value is JSON, and the value.
fn split(member: &str) -> Result<(&str, bool, &str)> {
    let wrong = || {
        Failure::usage(format!(
            "-b {}: a member is NAME=TEXT, NAME:=JSON or NAME=@FILE",
            line(member)
        ))
    };
    let (name, value) = member.split_once('=').ok_or_else(wrong)?;
    let (name, is_json) = match name.strip_suffix(':') {
        Some(name) => (name, true),
        None => (name, false),
    };
    if name.is_empty() {
        Err(wrong())
    } else {
        Ok((name, is_json, value))
    }
}

fn part(member: &str) -> Result<(String, Part)> {
    let (name, is_json, value) = split(member)?;
    let name = name.strip_suffix("[]").unwrap_or(name).to_owned();
    Ok(match value.strip_prefix('@') {
        Some(path) if !is_json => {
            if !Path::new(path).is_file() {
                let (name, file) = (line(&name), line(path));
                let failure = Failure::usage(format!("-b {name}: there is no file {file}"));
                return Err(perhaps_a_text(failure, &name, path));
            }
            (name, Part::File(path.into()))
        }
        _ if is_json => {
            let value = parse(value.as_bytes(), &format!("-b {}", line(&name)))?;
            let part = match value {
                Value::String(text) => Part::Text(text),
                Value::Null | Value::Array(_) | Value::Object(_) => Part::Json(value),
                scalar => Part::Text(scalar.to_string()),
            };
            (name, part)
        }
        _ => (name, Part::Text(value.to_owned())),
    })
}

/// Sets a member of the body. `nulls` are the places that were set to null, which look as if they
/// were not set.
fn set(body: &mut Value, nulls: &mut Vec<String>, member: &str) -> Result<()> {
    let (name, is_json, value) = split(member)?;
    let wrong = |why: &str| Failure::usage(format!("-b {}: {why}", line(name)));
    let at = format!("-b {}", line(name));
    let value = match (is_json, value.strip_prefix('@')) {
        (true, Some(path)) => parse(&read_file(path, &at)?, &format!("{at}: {}", line(path)))?,
        (true, None) => parse(value.as_bytes(), &at).map_err(|failure| {
            failure.hint(format!(
                "a text is given with = in place of :=, as in -b '{}=…'",
                line(name)
            ))
        })?,
        (false, Some(path)) => {
            let file = read_file(path, &at)?;
            let text = str::from_utf8(without_mark(&file));
            Value::String(
                text.map_err(|_| wrong("the file is not a text"))?
                    .to_owned(),
            )
        }
        (false, None) => Value::String(value.to_owned()),
    };
    let steps = steps(name)
        .ok_or_else(|| wrong("examples of names: settings.loop, points[0].x, tags[]"))?;
    if steps.len() > LEVELS {
        let why = format!("-b: a name has more than {LEVELS} levels");
        return Err(Failure::usage(why));
    }
    let (mut place, mut path) = (body, String::new());
    for step in steps {
        if nulls.contains(&path) {
            return Err(wrong("goes into a value that is null"));
        }
        place = match step {
            Step::Member(name) => {
                path += &format!("/{name:?}");
                if place.is_null() {
                    *place = Value::Object(Map::new());
                }
                let map = place
                    .as_object_mut()
                    .ok_or_else(|| wrong("goes into a value that is not an object"))?;
                map.entry(name).or_insert(Value::Null)
            }
            Step::Item(index) => {
                if place.is_null() {
                    *place = Value::Array(Vec::new());
                }
                let items = place
                    .as_array_mut()
                    .ok_or_else(|| wrong("goes into a value that is not a list"))?;
                let index = index.unwrap_or(items.len());
                path += &format!("/{index}");
                if items.len() <= index {
                    items.resize(index + 1, Value::Null);
                }
                items.get_mut(index).ok_or_else(|| wrong("no such item"))?
            }
        };
    }
    if !place.is_null() || nulls.contains(&path) {
        return Err(wrong("given twice"));
    }
    if value.is_null() {
        nulls.push(path);
    }
    *place = value;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn made(members: &[&str]) -> Result<Value, String> {
        let members: Vec<_> = members.iter().map(|m| (*m).to_owned()).collect();
        let body = any(&members, None).map_err(|e| e.message)?;
        Ok(body.unwrap_or_default())
    }

    #[test]
    fn members_are_put_where_their_names_say() {
        let missing = made(&["obd\\.rpm=@@"]);
        assert!(missing.unwrap_err().contains("cannot read @"));
        let body = made(&[
            "name=Truck",
            "template:=null",
            "settings.loop:=5",
            "tags[]=a",
            "tags[]=b=c",
            "points[1].x:=1",
            "obd\\.rpm=1",
            "empty=",
        ]);
        assert_eq!(
            body.unwrap(),
            json!({"name": "Truck", "template": null, "settings": {"loop": 5}, "tags": ["a", "b=c"], "points": [null, {"x": 1}], "obd.rpm": "1", "empty": ""})
        );
        assert_eq!(made(&["[]=a", "[1].b:=2"]).unwrap(), json!(["a", {"b": 2}]));
        assert!(made(&["a=1", "[]=a"]).unwrap_err().contains("not a list"));
        for (bad, why) in [
            ("name", "a member is"),
            ("=x", "a member is"),
            (":=x", "a member is"),
            ("a:=x", "is not JSON"),
            ("a..b=x", "examples of names"),
            (".a=x", "examples of names"),
            ("a[=x", "examples of names"),
            ("a[x]=x", "examples of names"),
            ("a[1000000000]=x", "examples of names"),
            ("a[0]b=x", "examples of names"),
            ("a[]\\[b]=x", "examples of names"),
            ("a.=x", "examples of names"),
            (
                &format!("a{}=x", "[]".repeat(60_000)),
                "more than 127 levels",
            ),
            (
                &format!("{}a=x", "a.".repeat(60_000)),
                "more than 127 levels",
            ),
        ] {
            let error = made(&[bad]).unwrap_err();
            assert!(error.contains(why), "{bad}: {error}");
        }
        for twice in [
            ["a=1", "a=2"],
            ["a:=null", "a=2"],
            ["a=1", "a:=null"],
            ["a:=null", "a:=null"],
            ["a.b:=null", "a.b=1"],
            ["a[]:=null", "a[0]=1"],
            ["a.b=1", "a:=null"],
        ] {
            assert!(
                made(&twice).unwrap_err().contains("given twice"),
                "{twice:?}"
            );
        }
        assert!(
            made(&["a:=null", "a.b=1"])
                .unwrap_err()
                .contains("goes into a value that is null")
        );
        // What is left out of a list is not given.
        assert_eq!(
            made(&["a[1]=x", "a[0]=y"]).unwrap(),
            json!({"a": ["y", "x"]})
        );
        assert!(
            made(&["a=1", "a.b=2"])
                .unwrap_err()
                .contains("not an object")
        );
    }
}
