//! The files beside a document that its references name. Nothing outside of the document's folder
//! is read, even through `..` or a symbolic link.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    rc::Rc,
};

use serde_json::Value;

use crate::{locate, pipeline::fetch};

/// The maximum number of files of a document.
const MOST: usize = 1000;

pub struct Files {
    /// The canonical folder; `None` if the document did not come from a file.
    folder: Option<PathBuf>,
    /// The canonical path of the document itself.
    own: Option<PathBuf>,
    read: BTreeMap<PathBuf, Rc<Value>>,
}

impl Files {
    /// Returns the files in the folder of this one.
    pub fn beside(file: Option<&Path>) -> Self {
        let file = file.filter(|f| *f != Path::new(fetch::STDIN));
        let folder = file.map(|f| f.parent().filter(|p| !p.as_os_str().is_empty()));
        let folder = folder.and_then(|f| f.unwrap_or(Path::new(".")).canonicalize().ok());
        Self {
            folder,
            own: file.and_then(|f| f.canonicalize().ok()),
            read: BTreeMap::new(),
        }
    }

    /// Returns whether a file is the document itself.
    pub fn is_own(&self, file: &Path) -> bool {
        self.own.as_deref() == Some(file)
    }

    /// Returns the file that `reference` names, relative to the file `from` (`None` for the
    /// document itself), and its value.
    pub fn get(
        &mut self,
        from: Option<&Path>,
        reference: &str,
    ) -> Result<(PathBuf, Rc<Value>), String> {
        let has_scheme = reference
            .split(['/', '.'])
            .next()
            .is_some_and(|s| s.contains(':'));
        if has_scheme || reference.starts_with("//") {
            return Err("the network is never asked".into());
        }
        let folder = self
            .folder
            .as_ref()
            .ok_or("the document was not read from a file, so no file is beside it")?;
        let base = from.and_then(Path::parent).unwrap_or(folder);
        let path = base.join(reference).canonicalize();
        let path = path.map_err(|e| e.to_string())?;
        if !path.starts_with(folder) {
            return Err("it is outside of the document's folder".into());
        }
        if let Some(value) = self.read.get(&path) {
            return Ok((path, value.clone()));
        }
        if !path.is_file() {
            return Err("it is not a regular file".into());
        }
        if self.read.len() >= MOST {
            return Err(format!("{MOST} files were read already"));
        }
        let text = fetch::read(&path).map_err(|e| e.to_string())?;
        let value = Rc::new(locate::parse(&text)?);
        self.read.insert(path.clone(), value.clone());
        Ok((path, value))
    }
}
