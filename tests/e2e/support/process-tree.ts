import { readdirSync, readFileSync } from 'node:fs'

/** The process and everything below it, in this moment. Linux only. */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    const parent = Number.isInteger(pid) ? parentOf(pid) : null
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), pid])
  }
  const tree: number[] = []
  const waiting = [root]
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    tree.push(pid)
    waiting.push(...(children.get(pid) ?? []))
  }
  return tree
}

/** Null when it is gone. */
function parentOf(pid: number): number | null {
  try {
    // The name in parentheses may hold anything, also spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return Number(fields[1])
  } catch {
    return null
  }
}
