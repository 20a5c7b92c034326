import { isCustomerThere } from '../customers/customer-store.ts'
import type { Tx } from '../database/transaction.ts'
import { changedMetadata, type Metadata, type MetadataRefusal } from '../metadata/metadata.ts'
import type { Scope } from '../database/scope.ts'

/** What a merchant says of a payment or of one of its charges. It never touches what device and authoriser write. */
export interface PaymentNotes {
  readonly metadata: Metadata
  readonly description: string | null
  readonly receiptEmail: string | null
  readonly customer: string | null
  readonly statementDescriptor: string | null
  readonly statementDescriptorSuffix: string | null
  readonly transferGroup: string | null
}

/** What is absent stays; null takes it away. */
export type NotesChange = {
  readonly [Field in Exclude<keyof PaymentNotes, 'metadata'>]?: PaymentNotes[Field] | undefined
} & { readonly metadata?: Metadata | 'clear' | undefined }

export const noNotes: PaymentNotes = {
  metadata: {},
  description: null,
  receiptEmail: null,
  customer: null,
  statementDescriptor: null,
  statementDescriptorSuffix: null,
  transferGroup: null,
}

/** By id, of payments and charges of the account; what nobody has said anything of is left out. */
export async function readNotes(
  db: Tx,
  account: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, PaymentNotes>> {
  if (ids.length === 0) return new Map()
  const { rows } = await db.query<PaymentNotes & { object: string }>(
    `select ${COLUMNS} from payment_notes where account = $1 and object = any ($2)`,
    [account, ids],
  )
  return new Map(rows.map(({ object, ...notes }) => [object, notes]))
}

export type NotesWritten =
  | { readonly ok: true }
  | MetadataRefusal
  | { readonly ok: false; readonly why: 'no_such_customer' }

/**
 * Changes what is said of `id`. The caller knows that it is there and whose it is. A charge that nothing was said of
 * begins with what was said of its payment: `inherits`.
 */
export async function writeNotes(
  tx: Tx,
  scope: Scope,
  id: string,
  change: NotesChange,
  { inherits = null, nowMs }: { readonly inherits?: string | null; readonly nowMs: number },
): Promise<NotesWritten> {
  const { account } = scope
  // Whoever changes the same notes at the same moment comes after: none of their changes is lost.
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 2))', [`${account}/${id}`])
  const known = await readNotes(tx, account, inherits === null ? [id] : [id, inherits])
  const before = known.get(id) ?? (inherits === null ? undefined : known.get(inherits)) ?? noNotes
  const { metadata, ...fields } = change
  const changed = changedMetadata(before.metadata, metadata)
  if (!changed.ok) return changed
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  const after: PaymentNotes = { ...before, ...given, metadata: changed.metadata }
  const { customer } = change
  if (typeof customer === 'string' && !(await isCustomerThere(tx, scope, customer))) {
    return { ok: false, why: 'no_such_customer' }
  }
  await tx.query(
    `insert into payment_notes (account, object, metadata, description, receipt_email, customer,
       statement_descriptor, statement_descriptor_suffix, transfer_group, changed_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (account, object) do update set metadata = excluded.metadata, description = excluded.description,
       receipt_email = excluded.receipt_email, customer = excluded.customer,
       statement_descriptor = excluded.statement_descriptor,
       statement_descriptor_suffix = excluded.statement_descriptor_suffix,
       transfer_group = excluded.transfer_group, changed_ms = excluded.changed_ms`,
    [
      account,
      id,
      JSON.stringify(after.metadata),
      after.description,
      after.receiptEmail,
      after.customer,
      after.statementDescriptor,
      after.statementDescriptorSuffix,
      after.transferGroup,
      nowMs,
    ],
  )
  return { ok: true }
}

const COLUMNS = `object, metadata, description, receipt_email as "receiptEmail", customer,
  statement_descriptor as "statementDescriptor", statement_descriptor_suffix as "statementDescriptorSuffix",
  transfer_group as "transferGroup"`
