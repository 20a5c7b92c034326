import { createHash } from 'node:crypto'

/**
 * Virtual time. Events run one by one in the order of (time, id); between two of them every promise that can settle
 * has settled, so nothing depends on the machine. Whatever waits in the simulated world waits for an event.
 */
export interface Engine {
  /** Whole milliseconds since the world began. */
  nowMs(): number
  /** Runs `task` once, `delayMs` from now; the returned function takes it back. */
  after(delayMs: number, label: string, task: () => void): () => void
  /** Between two runs: time passes and nothing happens, as if every machine slept. What was due comes that much later. */
  leap(ms: number): void
  /** What happened, for the story of a seed; part of the hash. */
  tell(line: string): void
  /** Runs until `untilMs`, or until `isDone` says so after an event. False when time ran out first. */
  run(untilMs: number, isDone?: () => boolean): Promise<boolean>
  /** Of everything that has happened: the same seed gives the same one. */
  traceHash(): string
  events(): number
  story(): readonly string[]
}

export interface EngineOptions {
  /** Keep every line of `tell`; off for speed. */
  readonly keepStory?: boolean
}

interface Event {
  atMs: number
  readonly id: number
  readonly label: string
  /** Null once taken back. */
  task: (() => void) | null
}

export function createEngine({ keepStory = false }: EngineOptions = {}): Engine {
  const queue = createQueue()
  const hash = createHash('sha256')
  const lines: string[] = []
  let nowMs = 0
  let ids = 0
  let events = 0

  return {
    nowMs: () => nowMs,
    after(delayMs, label, task) {
      const event: Event = { atMs: nowMs + Math.max(0, Math.round(delayMs)), id: ids, label, task }
      ids += 1
      queue.push(event)
      return () => {
        event.task = null
      }
    },
    leap(ms) {
      for (const event of queue.all()) event.atMs += ms
      nowMs += ms
      hash.update(`${nowMs} leap\n`)
    },
    tell(line) {
      hash.update(`${nowMs} ${line}\n`)
      if (keepStory) lines.push(`${storyTime(nowMs)}  ${line}`)
    },
    async run(untilMs, isDone = () => false) {
      // What was begun before may be about to wait for an event.
      await settled()
      for (let event = queue.peek(); event !== null && event.atMs <= untilMs; event = queue.peek()) {
        queue.pop()
        const { task } = event
        if (task === null) continue
        event.task = null
        nowMs = event.atMs
        events += 1
        hash.update(`${nowMs} ${event.id} ${event.label}\n`)
        task()
        await settled()
        if (isDone()) return true
      }
      nowMs = Math.max(nowMs, untilMs)
      return isDone()
    },
    traceHash: () => hash.copy().digest('hex').slice(0, 16),
    events: () => events,
    story: () => lines,
  }
}

/** All microtasks run before the next turn of the event loop, however long their chain is. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

function storyTime(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return `${[h, m, s].map((part) => String(part).padStart(2, '0')).join(':')}.${String(ms % 1000).padStart(3, '0')}`
}

/** A binary heap. */
function createQueue() {
  const heap: Event[] = []
  return {
    all: (): readonly Event[] => heap,
    peek: (): Event | null => heap[0] ?? null,
    push(event: Event): void {
      let at = heap.push(event) - 1
      while (at > 0) {
        const parent = (at - 1) >> 1
        const above = heap[parent]
        if (above === undefined || !isBefore(event, above)) break
        heap[at] = above
        at = parent
      }
      heap[at] = event
    },
    pop(): void {
      const last = heap.pop()
      if (last === undefined || heap.length === 0) return
      let at = 0
      for (;;) {
        let child = at * 2 + 1
        const [left, right] = [heap[child], heap[child + 1]]
        if (left === undefined) break
        if (right !== undefined && isBefore(right, left)) child += 1
        const smaller = heap[child]
        if (smaller === undefined || !isBefore(smaller, last)) break
        heap[at] = smaller
        at = child
      }
      heap[at] = last
    },
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.id < b.id)
}
