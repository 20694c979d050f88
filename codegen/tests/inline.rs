//! Functions of generated code are compiled in the crates that call them, not in ours.

use syn::{
    FnArg, GenericParam, ImplItemFn, Type,
    visit::{self, Visit},
};

/// Collects the functions that our crate compiles though nothing may call them.
#[derive(Default)]
struct Compiled {
    functions: usize,
    here: Vec<String>,
}

impl<'ast> Visit<'ast> for Compiled {
    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        let signature = &function.sig;
        let typed = |p| matches!(p, &GenericParam::Type(_));
        let of_an_impl =
            |a: &FnArg| matches!(a, FnArg::Typed(a) if matches!(*a.ty, Type::ImplTrait(_)));
        let generic =
            signature.generics.params.iter().any(typed) || signature.inputs.iter().any(of_an_impl);
        let inline = function.attrs.iter().any(|a| a.path().is_ident("inline"));
        self.functions += 1;
        if !generic && !inline {
            self.here.push(signature.ident.to_string());
        }
        visit::visit_impl_item_fn(self, function);
    }
}

#[test]
fn a_generated_function_is_compiled_where_it_is_called() {
    let document = include_str!("../../spec/openapi.json");
    let code = autopi_codegen::generate(document, &|_| true).unwrap();
    let mut compiled = Compiled::default();
    compiled.visit_file(&syn::parse_file(&code).unwrap());
    assert!(compiled.functions > 5_000, "{}", compiled.functions);
    assert_eq!(compiled.here, Vec::<String>::new());
}
