import { useEffect, useRef } from 'react'

/** Keys of the whole screen. True means the key was used. Typing into a field and an open dialog come first. */
export function useKeys(onKey: (key: string) => boolean): void {
  const latest = useRef(onKey)
  useEffect(() => {
    latest.current = onKey
  })
  useEffect(() => {
    function listen(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return
      if (!isFree(event)) return
      if (!latest.current(event.key)) return
      event.preventDefault()
      event.stopPropagation()
    }
    // Before React Aria: a key of the pad that was clicked keeps the focus, and Enter must pay, not press it again.
    document.addEventListener('keydown', listen, { capture: true })
    return () => document.removeEventListener('keydown', listen, { capture: true })
  }, [])
}

function isFree(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null
  if (document.querySelector('[role=alertdialog]') !== null) return false
  const isField = target?.matches('input, select, textarea') === true
  if (isField) return event.key === 'Escape'
  // Whoever walks with the Tab key presses what has the focus; digits mean the amount everywhere.
  const isPress = event.key === 'Enter' || event.key === ' '
  return !(
    isPress && target?.matches('button:focus-visible, a:focus-visible, summary:focus-visible') === true
  )
}
