import type { ReactNode } from 'react'
import { Button as AriaButton } from 'react-aria-components'

export function List({
  label,
  children,
}: {
  readonly label: string
  readonly children: ReactNode
}): ReactNode {
  return (
    <ul className="hf-list" aria-label={label}>
      {children}
    </ul>
  )
}

export interface ListRowProps {
  readonly main: ReactNode
  readonly note: ReactNode
  readonly side: ReactNode
  readonly sideNote?: ReactNode
  readonly onPress: () => void
}

/** One thing per row, the whole row to press. */
export function ListRow({ main, note, side, sideNote, onPress }: ListRowProps): ReactNode {
  return (
    <li>
      <AriaButton className="hf-row" onPress={onPress}>
        <span className="hf-row__main">
          <span>{main}</span>
          <span className="hf-row__note">{note}</span>
        </span>
        <span className="hf-row__side">
          <span>{side}</span>
          {sideNote === undefined ? null : <span className="hf-row__note">{sideNote}</span>}
        </span>
      </AriaButton>
    </li>
  )
}
