import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, ftruncateSync, mkdtempSync, openSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A disk of its own whose power can be cut. */
export interface PowerDisk {
  /**
   * The disk as it is in this instant is what will be there again; what is still in memory is not. Everybody who writes
   * must have been stopped, or the copy is of more than one instant.
   */
  cut(): void
  /** Power is back: the file system replays its log. Everybody who had files open must have ended. */
  mountAgain(): Promise<void>
  close(): Promise<void>
}

const UMOUNT_MS = 30_000
/** Nothing of the file system's own accord gets out in the middle of the copy. */
const OPTIONS = 'loop,commit=300'

/**
 * ext4 on a loop file, mounted on `folder`, which must be empty. What was given to the disk counts as kept, also before
 * a flush: it is a kind disk, and one that lies about its flushes would be worse. Shutting ext4 down by its ioctl instead
 * would not do: an fdatasync under way then answers success, and its data is lost.
 */
export function openPowerDisk(folder: string, megabytes: number): PowerDisk {
  const home = mkdtempSync(path.join(tmpdir(), 'holdfast-power-'))
  const [image, copy] = [path.join(home, 'disk.img'), path.join(home, 'cut.img')]
  const handle = openSync(image, 'w')
  ftruncateSync(handle, megabytes * 1_048_576)
  closeSync(handle)
  execFileSync('mkfs.ext4', ['-q', image])
  const mount = (): void => void execFileSync('mount', ['-o', OPTIONS, image, folder])
  mount()

  async function unmount(): Promise<void> {
    const deadlineMs = performance.now() + UMOUNT_MS
    for (;;) {
      const { status, stderr } = spawnSync('umount', [folder], { encoding: 'utf8' })
      if (status === 0) return
      if (performance.now() > deadlineMs) throw new Error(stderr)
      await sleep(50)
    }
  }

  return {
    cut: () => void execFileSync('cp', ['--sparse=always', image, copy]),
    async mountAgain() {
      await unmount()
      renameSync(copy, image)
      mount()
    },
    async close() {
      await unmount()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Null where this machine lets us make such a disk, else why not. */
export async function whyNoPowerDisk(): Promise<string | null> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root on Linux may mount a disk'
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-power-try-'))
  try {
    await openPowerDisk(folder, 8).close()
    return null
  } catch (error) {
    spawnSync('umount', [folder])
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
