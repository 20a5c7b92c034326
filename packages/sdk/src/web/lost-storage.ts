import { errorTable } from '@holdfast/protocol'
import * as z from 'zod'
import type { JournalChange, JournalStore } from '../journal/journal-store.ts'
import { keptNames } from '../journal/kept-values.ts'

/** What is known of a till whose browser has lost its journal. After a kill it may be a minute older than the loss. */
export interface LostStorage {
  readonly deviceId: string
  /** Of the newest record. */
  readonly seq: number
  /** Accepted payments that the gateway had not answered for. */
  readonly waiting: number
}

/**
 * This page was an enrolled till, and its browser comes up with an empty journal: `lost` tells what is gone. The terminal
 * opens again, as a new till, after `acknowledgeLostStorage`.
 */
export class StorageLost extends Error {
  readonly code = 'storage_lost'
  readonly lost: LostStorage

  constructor(lost: LostStorage) {
    super(
      `${errorTable.storage_lost.message} Device ${lost.deviceId}, payments that were waiting: ${lost.waiting}.`,
    )
    this.lost = lost
  }
}

/**
 * The store, with a note of its state beside it: in localStorage, which is another store of the browser and not struck
 * by what strikes IndexedDB. Rejects with `StorageLost` when there is a note and no enrolment. Where there is no
 * localStorage there is no note; what clears both, as "clear site data" does, cannot be told from a new till.
 */
export async function noted(store: JournalStore, databaseName: string): Promise<JournalStore> {
  const text = await store.value(keptNames.enrolment)
  const note = readNote(databaseName)
  if (text === null && note !== null) throw new StorageLost(note)
  let deviceId = text === null ? null : deviceOf(text)

  function take({ head, values }: JournalChange): void {
    const enrolled = values[keptNames.enrolment]
    if (typeof enrolled === 'string') deviceId = deviceOf(enrolled)
    if (deviceId === null) return
    writeNote(databaseName, { deviceId, seq: head.seq, waiting: head.backlog.count })
  }

  return {
    ...store,
    async commit(expectedVersion, change) {
      const outcome = await store.commit(expectedVersion, change)
      if (outcome === 'committed') take(change)
      return outcome
    },
    ...(store.erase !== undefined && {
      async erase() {
        // The note first: without it the store is merely not watched until the next commit.
        writeNote(databaseName, null)
        deviceId = null
        await store.erase?.()
      },
    }),
  }
}

/** A person has read what is lost. Answers it, and the next `openWebTerminal` opens a new till. */
export function acknowledgeLostStorage(databaseName = 'holdfast'): LostStorage | null {
  const lost = readNote(databaseName)
  writeNote(databaseName, null)
  return lost
}

const noteSchema = z.object({ deviceId: z.string(), seq: z.int(), waiting: z.int() })
const enrolmentSchema = z.object({ device: z.string() })

function deviceOf(enrolment: string): string | null {
  return parsed(enrolmentSchema, enrolment)?.device ?? null
}

function readNote(databaseName: string): LostStorage | null {
  try {
    return parsed(noteSchema, localStorage.getItem(keyOf(databaseName)))
  } catch {
    // No localStorage here (a worker), or the browser blocks it.
    return null
  }
}

function writeNote(databaseName: string, note: LostStorage | null): void {
  try {
    if (note === null) localStorage.removeItem(keyOf(databaseName))
    else localStorage.setItem(keyOf(databaseName), JSON.stringify(note))
  } catch {
    // The journal does not depend on its note.
  }
}

function parsed<Value>(schema: z.ZodType<Value>, text: string | null): Value | null {
  if (text === null) return null
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

const keyOf = (databaseName: string) => `${databaseName}-note`
