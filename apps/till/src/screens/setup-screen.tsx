import { type ReactNode, useState } from 'react'
import { Form } from 'react-aria-components'
import { Button, LanguagePicker, TextField } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import { useRefusal } from '../messages/refusals.ts'
import { BrandMark } from '../shell/brand-mark.tsx'
import { UpdateNotice } from '../shell/notices.tsx'
import { useRoom, useTillState } from '../shell/till-context.tsx'
import { bareCode, CODE_LENGTH, spacedCode } from './device-code.ts'

/** Before the till belongs to a shop: a code from the dashboard and a name. */
export function SetupScreen(): ReactNode {
  const t = useTill()
  const { till, chooseLanguage, config } = useRoom()
  return (
    <div className="setup">
      <header className="setup__head">
        <BrandMark size={52} />
        <h1>{t('setup.title')}</h1>
        <p>{t('setup.intro')}</p>
      </header>
      <UpdateNotice />
      {config.demoDeviceCode === null ? null : (
        <DemoOffer
          code={config.demoDeviceCode}
          onTake={(name) => till.enrol(config.demoDeviceCode ?? '', name)}
        />
      )}
      <SetupForm />
      <LanguagePicker onChange={chooseLanguage} />
    </div>
  )
}

function SetupForm(): ReactNode {
  const t = useTill()
  const refusal = useRefusal()
  const { till, config } = useRoom()
  const { enrolment } = useTillState()
  const [code, setCode] = useState('')
  const [name, setName] = useState('')
  const [isChecked, setChecked] = useState(false)
  const count = bareCode(code).length
  const codeError = codeProblem()
  const nameError = isChecked && name.trim() === '' ? t('setup.name.missing') : undefined

  function codeProblem(): string | undefined {
    if (isChecked && count !== CODE_LENGTH) return t('setup.code.short', { count })
    return !isChecked && enrolment.step === 'refused' ? refusal(enrolment.code) : undefined
  }

  function submit(): void {
    const isComplete = count === CODE_LENGTH && name.trim() !== ''
    setChecked(!isComplete)
    if (isComplete) void till.enrol(bareCode(code), name.trim())
  }

  return (
    <Form
      className="hf-card setup__form"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <TextField
        label={t('setup.code')}
        hint={t('setup.code.hint')}
        error={codeError}
        value={code}
        maxLength={16}
        autoCapitalize="characters"
        autoFocus={config.demoDeviceCode === null}
        mono
        onChange={(text) => setCode(spacedCode(text))}
      />
      <TextField
        label={t('setup.name')}
        hint={t('setup.name.hint')}
        error={nameError}
        value={name}
        maxLength={60}
        onChange={setName}
      />
      <Button type="submit" variant="primary" large isDisabled={enrolment.step === 'busy'}>
        {enrolment.step === 'busy' ? t('setup.busy') : t('setup.submit')}
      </Button>
    </Form>
  )
}

function DemoOffer({
  code,
  onTake,
}: {
  readonly code: string
  readonly onTake: (name: string) => Promise<void>
}): ReactNode {
  const t = useTill()
  const { enrolment } = useTillState()
  return (
    <section className="setup__demo" aria-labelledby="demo-title">
      <h2 id="demo-title">{t('setup.demo.title')}</h2>
      <p>{t('setup.demo.body')}</p>
      <Button
        variant="outline"
        large
        wide
        isDisabled={enrolment.step === 'busy'}
        onPress={() => void onTake(t('setup.name.default'))}
      >
        {t('setup.demo', { code: spacedCode(code) })}
      </Button>
    </section>
  )
}
