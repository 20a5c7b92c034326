import type { ReactNode } from 'react'
import { FieldError, Input, Label, Text, TextField as AriaTextField } from 'react-aria-components'

export interface TextFieldProps {
  readonly label: string
  readonly value: string
  readonly hint?: string | undefined
  readonly error?: string | undefined
  readonly placeholder?: string
  readonly maxLength?: number
  readonly autoComplete?: string
  readonly autoCapitalize?: 'characters' | 'none'
  readonly autoFocus?: boolean
  readonly mono?: boolean
  /** Which keyboard a touch screen shows. */
  readonly type?: 'text' | 'tel' | 'email'
  readonly onChange: (value: string) => void
}

export function TextField(props: TextFieldProps): ReactNode {
  const { label, value, hint, error, placeholder, maxLength, autoCapitalize = 'none', mono = false } = props
  return (
    <AriaTextField
      className="hf-field"
      value={value}
      onChange={props.onChange}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      autoComplete={props.autoComplete ?? 'off'}
      autoFocus={props.autoFocus ?? false}
      type={props.type ?? 'text'}
      {...(maxLength === undefined ? {} : { maxLength })}
    >
      <Label>{label}</Label>
      <Input
        {...(placeholder === undefined ? {} : { placeholder })}
        autoCapitalize={autoCapitalize}
        autoCorrect="off"
        spellCheck="false"
        className={mono ? 'hf-mono' : ''}
      />
      {hint === undefined ? null : (
        <Text slot="description" className="hf-field__hint">
          {hint}
        </Text>
      )}
      <FieldError className="hf-field__error">{error}</FieldError>
    </AriaTextField>
  )
}
