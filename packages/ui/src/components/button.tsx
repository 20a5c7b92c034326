import type { ReactNode } from 'react'
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components'

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'style' | 'children'> {
  /** `primary` once per screen: it is what Enter does. */
  readonly variant?: 'primary' | 'danger' | 'outline' | 'plain' | 'quiet'
  readonly large?: boolean
  readonly wide?: boolean
  readonly icon?: ReactNode
  readonly children?: ReactNode
}

export function Button({
  variant = 'quiet',
  large = false,
  wide = false,
  icon,
  children,
  ...rest
}: ButtonProps): ReactNode {
  const classes = ['hf-button', `hf-button--${variant}`]
  if (large) classes.push('hf-button--large')
  if (wide) classes.push('hf-button--wide')
  return (
    <AriaButton {...rest} className={classes.join(' ')}>
      {icon}
      {children}
    </AriaButton>
  )
}
