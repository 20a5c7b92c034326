import { Client } from 'pg'

/** Count and digest of every table of the schema in use, in no particular order of rows; for "exactly these rows". */
export async function tableDigests(
  url: string,
  { without = [] }: { without?: readonly string[] } = {},
): Promise<Record<string, string>> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = current_schema() order by tablename`,
    )
    const digests: Record<string, string> = {}
    for (const { name } of tables.filter((table) => !without.includes(table.name))) {
      const { rows } = await client.query<{ digest: string }>(
        `select count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') as digest
         from "${name}" t`,
      )
      digests[name] = rows[0]?.digest ?? ''
    }
    return digests
  } finally {
    await client.end()
  }
}
