/** In SQL, of a file `f`: a dispute names it. */
export const NAMED_AS_EVIDENCE = `exists (
  select from disputes d cross join json_each_text(d.evidence) named
  where d.account = f.account and d.mode = f.mode and named.value = f.file)`
