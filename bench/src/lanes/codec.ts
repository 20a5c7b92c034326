import path from 'node:path'

import { ascii1987, bcdBinary1987, decode, encode, frame } from '../../../packages/iso8583/src/index.ts'
import type { Iso8583Message, WireProfile } from '../../../packages/iso8583/src/index.ts'
import { raceBare, raceLink, type RaceResult } from '../codec/exchange-race.ts'
import { type HostTask, startHost } from '../codec/host-task.ts'
import { fieldsOf, loadNpmCodec, type NpmCodec } from '../codec/npm-iso-8583.ts'
import { chipRequest, commonMessages } from '../codec/sample-messages.ts'
import type { Lane } from '../lane.ts'
import { runsOf, type Spread, spreadOf } from '../measure/statistics.ts'
import type { Cell, Table } from '../report.ts'

/** Messages per second of the ISO 8583 codec beside the one on npm, and exchanges per second of the link. */
export const codec: Lane = async ({ quick: isQuick, scale, scratch, tell }) => {
  const { rounds, codecMs, linkMs } = isQuick ? quick : { ...full, linkMs: full.linkMs * scale }
  const npm = loadNpmCodec()
  const codecFigures = measureCodecs(npm, { rounds, codecMs, tell })
  const linkFigures = await measureLinks({ rounds, linkMs, scratch, tell })
  const wrong = linkFigures.filter(({ wrong: count }) => count > 0)
  return {
    lane: 'codec',
    tables: [codecTable(codecFigures), linkTable(linkFigures)],
    notes: [
      npm === null
        ? '!! iso_8583 is not installed: its column is empty.'
        : `iso_8583 ${npm.version}: both write the very same bytes, checked before measuring. It accepts a message ` +
          'that was cut, and refuses bytes in DE55; ours refuses the one and carries the other.',
      `Codec: the middle of ${rounds} run(s) of ${codecMs} ms, taking turns; one message = written, framed and read.`,
      'Link: a chip request of its own STAN each, matched answers. The acquirer in a process of its own; "journal ' +
        'synced" answers only what is on its disk. Bare: the same number of bytes each way, nothing looked at.',
      ...wrong.map(({ name, wrong: count }) => `!! ${name}: ${count} exchange(s) without the right answer.`),
    ],
    data: { codec: codecFigures, link: linkFigures },
  }
}

const full = { rounds: 5, codecMs: 400, linkMs: 2_500 }
const quick = { rounds: 1, codecMs: 60, linkMs: 300 }
/** 0110 with DE55 as our acquirer answers the request of the race, and its frame. */
const ANSWER_BYTES = 68

/** ASCII as iso_8583 writes it: binary bitmaps. */
const sameAsNpm: WireProfile = { ...ascii1987, name: 'ascii, binary bitmap', bitmap: 'binary', mac: 'none' }
const asciiPlain: WireProfile = { ...ascii1987, mac: 'none' }

interface CodecFigure {
  readonly message: string
  readonly codec: 'holdfast' | 'iso_8583'
  readonly profile: string
  readonly bytes: number
  readonly perSecond: number
}

interface LinkFigure {
  readonly name: string
  readonly inFlight: number
  readonly perSecond: number
  readonly spread: Spread
  readonly wrong: number
}

function measureCodecs(
  npm: NpmCodec | null,
  { rounds, codecMs, tell }: { rounds: number; codecMs: number; tell: (text: string) => void },
): CodecFigure[] {
  const runs: { readonly figure: Omit<CodecFigure, 'perSecond'>; readonly once: () => unknown }[] = []
  const ours = (message: string, profile: WireProfile, content: Iso8583Message): void => {
    const bytes = frame(profile.framing, encode(profile, content)).length
    const run = () => {
      const framed = frame(profile.framing, encode(profile, content))
      const read = decode(profile, framed.subarray(profile.framing.prefixBytes))
      if (!read.ok) throw new Error(`our own message is refused: ${read.code}`)
      return read
    }
    runs.push({ figure: { message, codec: 'holdfast', profile: profile.name, bytes }, once: run })
  }
  for (const [name, message] of Object.entries(commonMessages)) {
    ours(name, sameAsNpm, message)
    if (npm !== null) {
      const bytes = assertSame(npm, message)
      const figure = { message: name, codec: 'iso_8583', profile: sameAsNpm.name, bytes } as const
      runs.push({ figure, once: () => npm.read(npm.write(message)) })
    }
  }
  ours('chip request 0100', bcdBinary1987, chipRequest)
  ours('chip request 0100', asciiPlain, chipRequest)
  for (const { once } of runs) perSecondOf(once, codecMs)
  const samples = new Map(runs.map((run) => [run, [] as number[]]))
  for (let round = 0; round < rounds; round += 1) {
    tell(`codec ${round + 1}/${rounds}`)
    for (const run of runs) samples.get(run)?.push(perSecondOf(run.once, codecMs))
  }
  return runs.map((run) => ({ ...run.figure, perSecond: runsOf(samples.get(run) ?? []).median }))
}

/** Both must say the same before it is worth asking who is faster. */
function assertSame(npm: NpmCodec, message: Iso8583Message): number {
  const ours = frame(sameAsNpm.framing, encode(sameAsNpm, message))
  const theirs = npm.write(message)
  if (!Buffer.from(ours).equals(theirs)) throw new Error(`iso_8583 writes ${message.mti} otherwise`)
  const read = JSON.stringify(npm.read(theirs))
  if (read !== JSON.stringify(fieldsOf(message))) throw new Error(`iso_8583 reads ${message.mti} otherwise`)
  return theirs.length
}

function perSecondOf(once: () => unknown, durationMs: number): number {
  const startedMs = performance.now()
  let count = 0
  // The clock is asked every 64 messages: asking costs as much as a field.
  for (let nowMs = startedMs; nowMs - startedMs < durationMs; nowMs = performance.now()) {
    for (let at = 0; at < 64; at += 1) once()
    count += 64
  }
  return (count * 1_000) / (performance.now() - startedMs)
}

async function measureLinks({
  rounds,
  linkMs,
  scratch,
  tell,
}: {
  readonly rounds: number
  readonly linkMs: number
  readonly scratch: string
  readonly tell: (text: string) => void
}): Promise<LinkFigure[]> {
  const answerBytes = ANSWER_BYTES
  const hosts: readonly { readonly name: string; readonly task: HostTask }[] = [
    {
      name: 'link, journal synced',
      task: { host: 'acquirer', journal: path.join(scratch, 'journal.jsonl') },
    },
    { name: 'link, journal in memory', task: { host: 'acquirer', journal: null } },
    { name: 'bare socket', task: { host: 'bare', answerBytes } },
  ]
  const figures: LinkFigure[] = []
  for (const { name, task } of hosts) {
    const host = await startHost(task)
    try {
      for (const inFlight of [1, 64]) {
        tell(`link: ${name}, ${inFlight} in flight`)
        const race = (durationMs: number): Promise<RaceResult> =>
          task.host === 'bare'
            ? raceBare(host.port, { inFlight, durationMs, answerBytes })
            : raceLink(host.port, inFlight, durationMs)
        if (rounds > 1) await race(linkMs / 4)
        const { exchanges, tookMs, samplesMs, wrong } = await race(linkMs)
        figures.push({
          name,
          inFlight,
          perSecond: (exchanges * 1_000) / tookMs,
          spread: spreadOf(samplesMs),
          wrong,
        })
      }
    } finally {
      await host.stop()
    }
  }
  return figures
}

function codecTable(figures: readonly CodecFigure[]): Table {
  const ours = figures.filter((figure) => figure.codec === 'holdfast')
  const rows = ours.map(({ message, profile, bytes, perSecond }): Cell[] => {
    const theirs = figures.find(
      (figure) => figure.codec === 'iso_8583' && figure.message === message && figure.profile === profile,
    )
    const share = theirs === undefined ? null : `${(perSecond / theirs.perSecond).toFixed(1)} ×`
    const npmPerSecond = theirs === undefined ? null : Math.round(theirs.perSecond)
    return [`${message}, ${profile}`, bytes, Math.round(perSecond), npmPerSecond, share]
  })
  const columns = ['message', 'bytes', 'Holdfast', 'iso_8583', 'Holdfast / iso_8583']
  return { title: 'ISO 8583 messages per second, written and read', columns, rows }
}

function linkTable(figures: readonly LinkFigure[]): Table {
  const rows = figures.map(({ name, inFlight, perSecond, spread }): Cell[] => [
    `${name}, ${inFlight} in flight`,
    Math.round(perSecond),
    spread.p50Ms,
    spread.p99Ms,
  ])
  return { title: 'Exchanges over TCP', columns: ['wire', 'per second', 'p50 ms', 'p99 ms'], rows }
}
