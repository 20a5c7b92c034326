import { type ReactNode, useState } from 'react'
import { Dialog, Form, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { contactDetails } from '@holdfast/protocol'
import { Button, MoneyText, TextField } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import { useRefusal } from '../messages/refusals.ts'
import { useRoom } from '../shell/till-context.tsx'
import type { AskingSale } from '../state/sale.ts'

/**
 * What only a person can add before this payment is stored: a supervisor's word, a way to reach the customer, or a code
 * of the bank. The card is kept meanwhile, so it cannot be put aside: it is answered, or the sale ends.
 */
export function ConsentDialog({ sale }: { readonly sale: AskingSale }): ReactNode {
  const { title, body, form } = useQuestion(sale)
  return (
    <ModalOverlay className="hf-scrim" isOpen isKeyboardDismissDisabled>
      <Modal className="hf-modal">
        <Dialog role="alertdialog" className="hf-dialog">
          <Heading slot="title" className="hf-dialog__heading">
            {title}
          </Heading>
          <p className="consent__amount">
            <MoneyText money={sale.money} />
          </p>
          <p className="hf-dialog__body">{body}</p>
          {form}
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

interface Question {
  readonly title: string
  readonly body: string
  readonly form: ReactNode
}

function useQuestion(sale: AskingSale): Question {
  const t = useTill()
  const refusal = useRefusal()
  switch (sale.need) {
    case 'offline_approval_required':
      return { title: t('consent.approval.title'), body: t('consent.approval.body'), form: <ApprovalForm /> }
    case 'offline_contact_required':
      return { title: t('consent.contact.title'), body: t('consent.contact.body'), form: <ContactForm /> }
    case 'voice_code': {
      const { otherwise } = sale
      const body =
        otherwise.step === 'declined'
          ? `${t('consent.voice.referral')} (${otherwise.responseCode})`
          : `${refusal(otherwise.code)} ${t('consent.voice.offline')}`
      return { title: t('consent.voice.title'), body, form: <VoiceForm /> }
    }
  }
}

function VoiceForm(): ReactNode {
  const t = useTill()
  const { till } = useRoom()
  const [code, setCode] = useState('')
  const [isChecked, setChecked] = useState(false)
  const voiceCode = code.trim().toUpperCase()
  const isCode = /^[0-9A-Z]{1,6}$/.test(voiceCode)

  function submit(): void {
    setChecked(true)
    if (isCode) void till.consent({ voiceCode })
  }

  return (
    <ConsentForm
      onSubmit={submit}
      otherwise={
        <Button large wide onPress={till.goOnWithoutCode}>
          {t('consent.voice.none')}
        </Button>
      }
    >
      <TextField
        label={t('consent.voice.code')}
        hint={t('consent.voice.hint')}
        error={isChecked && !isCode ? t('consent.voice.missing') : undefined}
        value={code}
        maxLength={6}
        autoFocus
        onChange={setCode}
      />
    </ConsentForm>
  )
}

function ApprovalForm(): ReactNode {
  const t = useTill()
  const { till } = useRoom()
  const [approver, setApprover] = useState('')
  const [isChecked, setChecked] = useState(false)
  const name = approver.trim()

  function submit(): void {
    setChecked(true)
    if (name !== '') void till.consent({ approver: name })
  }

  return (
    <ConsentForm onSubmit={submit}>
      <TextField
        label={t('consent.approver')}
        hint={t('consent.approver.hint')}
        error={isChecked && name === '' ? t('consent.approver.missing') : undefined}
        value={approver}
        maxLength={60}
        autoFocus
        onChange={setApprover}
      />
    </ConsentForm>
  )
}

function ContactForm(): ReactNode {
  const t = useTill()
  const { till } = useRoom()
  const [phone, setPhone] = useState('')
  const [email, setEmail] = useState('')
  const [isChecked, setChecked] = useState(false)
  const contact = contactDetails.safeParse({ phone: textOrNull(phone), email: textOrNull(email) })
  const isWrong = (field: 'phone' | 'email') =>
    contact.error?.issues.some(({ path }) => path[0] === field) === true
  const isEmpty = textOrNull(phone) === null && textOrNull(email) === null

  function phoneProblem(): string | undefined {
    if (!isChecked) return undefined
    if (isEmpty) return t('consent.contact.missing')
    return isWrong('phone') ? t('consent.phone.invalid') : undefined
  }

  function submit(): void {
    setChecked(true)
    if (contact.success) void till.consent({ contact: contact.data })
  }

  return (
    <ConsentForm onSubmit={submit}>
      <TextField
        label={t('consent.phone')}
        type="tel"
        error={phoneProblem()}
        value={phone}
        maxLength={32}
        autoFocus
        onChange={setPhone}
      />
      <TextField
        label={t('consent.email')}
        type="email"
        error={isChecked && isWrong('email') ? t('consent.email.invalid') : undefined}
        value={email}
        maxLength={254}
        onChange={setEmail}
      />
    </ConsentForm>
  )
}

/** Enter stores; the other two ways end the sale, unless there is another way to go on. */
function ConsentForm({
  onSubmit,
  otherwise,
  children,
}: {
  readonly onSubmit: () => void
  readonly otherwise?: ReactNode
  readonly children: ReactNode
}): ReactNode {
  const t = useTill()
  const { till } = useRoom()
  return (
    <Form
      className="consent"
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
    >
      {children}
      <div className="consent__actions">
        <Button type="submit" variant="primary" large wide>
          {t('consent.store')}
        </Button>
        {otherwise ?? (
          <>
            <Button variant="outline" large wide onPress={() => void till.giveUp('paid_otherwise')}>
              {t('result.cash')}
            </Button>
            <Button large wide onPress={() => void till.giveUp('canceled')}>
              {t('result.cancel')}
            </Button>
          </>
        )}
      </div>
    </Form>
  )
}

function textOrNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim()
}
