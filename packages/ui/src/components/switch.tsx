import type { ReactNode } from 'react'
import { Switch as AriaSwitch } from 'react-aria-components'

export interface SwitchProps {
  readonly selected: boolean
  readonly children: ReactNode
  readonly onChange: (selected: boolean) => void
}

export function Switch({ selected, children, onChange }: SwitchProps): ReactNode {
  return (
    <AriaSwitch className="hf-switch" isSelected={selected} onChange={onChange}>
      <span className="hf-switch__track" />
      <span>{children}</span>
    </AriaSwitch>
  )
}
