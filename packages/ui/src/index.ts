export { Banner, type BannerProps, type Tone } from './components/banner.tsx'
export { Button, type ButtonProps } from './components/button.tsx'
export { ConfirmDialog, type ConfirmDialogProps } from './components/confirm-dialog.tsx'
export { EmptyState, type EmptyStateProps } from './components/empty-state.tsx'
export { Keypad, type KeypadKey } from './components/keypad.tsx'
export { LanguagePicker } from './components/language-picker.tsx'
export { List, ListRow, type ListRowProps } from './components/list-row.tsx'
export { MoneyText } from './components/money-text.tsx'
export { Segments, type SegmentsProps } from './components/segments.tsx'
export { Spinner } from './components/spinner.tsx'
export { StatusBadge, type StatusBadgeProps } from './components/status-badge.tsx'
export { Switch, type SwitchProps } from './components/switch.tsx'
export { TextField, type TextFieldProps } from './components/text-field.tsx'
export { catalogueProblems } from './messages/catalogue-problems.ts'
export { decimalText, formatMoney } from './language/format-money.ts'
export { formatTime, type TimeStyle } from './language/format-time.ts'
export {
  LanguageProvider,
  type LanguageSetting,
  translationsOf,
  useFormat,
  useLanguage,
  useTranslate,
} from './language/language-provider.tsx'
export {
  chooseLanguage,
  isLanguage,
  type Language,
  languageNames,
  languages,
  localeOf,
} from './messages/languages.ts'
export {
  type Catalogue,
  type Catalogues,
  createTranslator,
  type MessageValues,
  type Translate,
} from './messages/translator.ts'
export { declineMessage } from './messages/decline-message.ts'
export { type MessageKey, messages } from './messages/index.ts'
