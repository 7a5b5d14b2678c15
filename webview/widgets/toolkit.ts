/**
 * The only file that knows which widget library the panel uses (@vscode/webview-ui-toolkit). Everything else gets plain
 * elements and setters, so that another library is a change to this file alone.
 */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import type { Button, Checkbox, Dropdown, TextField } from '@vscode/webview-ui-toolkit';
import { element, setText } from './dom.ts';

export function registerWidgets(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeProgressRing(),
    vsCodeTextField(),
  );
  // The library waits for this event to take over the theme's colors; it may have come and gone before the library.
  if (document.readyState === 'complete') window.dispatchEvent(new Event('load'));
}

export interface ButtonWidget {
  readonly element: HTMLElement;
  setText(text: string): void;
  setDisabled(disabled: boolean): void;
  setPrimary(primary: boolean): void;
}

export function button(text: string, appearance: 'primary' | 'secondary', onPress: () => void): ButtonWidget {
  const widget = document.createElement('vscode-button') as Button;
  widget.appearance = appearance;
  widget.textContent = text;
  widget.addEventListener('click', () => {
    if (!widget.disabled) onPress();
  });
  return {
    element: widget,
    setText: (next) => {
      if (widget.textContent !== next) widget.textContent = next;
    },
    setDisabled: (disabled) => {
      widget.disabled = disabled;
    },
    setPrimary: (primary) => {
      widget.appearance = primary ? 'primary' : 'secondary';
    },
  };
}

export interface Choice {
  readonly value: string;
  readonly text: string;
}

export interface DropdownWidget {
  readonly element: HTMLElement;
  /** Replaces the options only where they differ: an open list stays open while the file is edited. */
  setChoices(choices: readonly Choice[], selected: string): void;
  setDisabled(disabled: boolean): void;
}

export function dropdown(label: string, onChange: (value: string) => void): DropdownWidget {
  const widget = document.createElement('vscode-dropdown') as Dropdown;
  widget.setAttribute('aria-label', label);
  widget.addEventListener('change', () => onChange(widget.value));
  let shown = '';
  return {
    element: widget,
    setChoices: (choices, selected) => {
      const key = JSON.stringify(choices);
      if (key !== shown) {
        shown = key;
        widget.replaceChildren(...choices.map(option));
      }
      if (widget.value !== selected) {
        // The widget learns of its options a moment after they are inserted.
        queueMicrotask(() => (widget.value = selected));
        widget.value = selected;
      }
    },
    setDisabled: (disabled) => {
      widget.disabled = disabled;
    },
  };
}

function option(choice: Choice): HTMLElement {
  const created = document.createElement('vscode-option');
  created.setAttribute('value', choice.value);
  created.textContent = choice.text;
  return created;
}

export interface CheckboxWidget {
  readonly element: HTMLElement;
  setLabel(label: string): void;
  setChecked(checked: boolean): void;
  setDisabled(disabled: boolean): void;
}

/** A widget that has no label of its own, under one for the eye; the widget labels itself for screen readers. */
export function underLabel(label: string, widget: HTMLElement): HTMLElement {
  const text = element('span', { class: 'fieldLabel', text: label, attributes: { 'aria-hidden': 'true' } });
  return element('span', { class: 'field' }, [text, widget]);
}

/** The label stands beside the box, or is there for screen readers only. */
export function checkbox(
  label: string,
  labeled: 'visibly' | 'silently',
  onChange: (checked: boolean) => void,
): CheckboxWidget {
  const widget = document.createElement('vscode-checkbox') as Checkbox;
  // The widget takes its accessible name from its text, whatever `aria-label` says.
  const shown = element('span', { class: labeled === 'silently' ? 'visuallyHidden' : '', text: label });
  widget.append(shown);
  let current = false;
  widget.addEventListener('change', () => {
    // Also raised when `checked` is set from here, which the user did not ask for.
    if (widget.checked === current) return;
    current = widget.checked;
    onChange(current);
  });
  return {
    element: widget,
    setLabel: (text) => setText(shown, text),
    setChecked: (checked) => {
      current = checked;
      widget.checked = checked;
    },
    setDisabled: (disabled) => {
      widget.disabled = disabled;
    },
  };
}

export interface FieldWidget<T> {
  readonly element: HTMLElement;
  setValue(value: T): void;
  setDisabled(disabled: boolean): void;
  /** Says what is wrong with what is typed, from outside of the field; null where nothing is. */
  complain(fault: string | null): void;
}

interface FieldKind<T> {
  readonly written: (value: T) => string;
  readonly isSame: (a: T, b: T) => boolean;
  /** The value, or what is wrong. */
  readonly parse: (text: string, current: T) => T | string;
}

/** A text field that keeps what is typed, and says under it what is wrong where it is not taken. */
function checkedField<T>(
  label: string,
  { written, isSame, parse }: FieldKind<T>,
  start: T,
  onChange: (value: T) => void,
): FieldWidget<T> & { readonly input: TextField } {
  const widget = document.createElement('vscode-text-field') as TextField;
  widget.textContent = label;
  const fault = element('span', { class: 'fault', attributes: { role: 'alert' } });
  fault.hidden = true;
  let current = start;
  const complain = (text: string | null): void => {
    widget.classList.toggle('unfit', text !== null);
    setText(fault, text ?? '');
    fault.hidden = text === null;
  };
  widget.addEventListener('change', () => {
    const typed = parse(widget.value, current);
    complain(typeof typed === 'string' ? typed : null);
    if (typeof typed !== 'string' && !isSame(typed, current)) onChange((current = typed));
  });
  return {
    input: widget,
    element: element('span', { class: 'checkedField' }, [widget, fault]),
    setValue: (value) => {
      const isNew = !isSame(value, current) || widget.value === '';
      if (!isNew && !fault.hidden) return;
      current = value;
      if (isNew) complain(null);
      if (widget.value !== written(value)) widget.value = written(value);
    },
    setDisabled: (disabled) => {
      widget.disabled = disabled;
    },
    complain,
  };
}

export interface NumberRange {
  readonly least: number;
  readonly most: number;
  /** What to enter instead of a number that is not one of these. */
  readonly hint: string;
  /** Whole numbers by default. */
  readonly fits?: (value: number) => boolean;
}

/** A field for a number. What is not in the range is not taken; it stays, with the hint. */
export function numberField(
  label: string,
  { least, most, hint, fits = Number.isInteger }: NumberRange,
  onChange: (value: number) => void,
): FieldWidget<number> {
  const parse = (text: string): number | string => {
    const typed = Number(text.trim().replace(/^[−–]/, '-'));
    return text.trim() !== '' && fits(typed) && typed >= least && typed <= most ? typed : hint;
  };
  return checkedField<number>(label, { written: String, isSame: Object.is, parse }, least, onChange);
}

/** A field for a point, its numbers apart by commas or spaces, as many as it has now. */
export function vectorField(
  label: string,
  hint: string,
  onChange: (value: readonly number[]) => void,
): FieldWidget<readonly number[]> {
  const parse = (text: string, current: readonly number[]): readonly number[] | string => {
    const typed = text
      .replace(/[−–]/g, '-')
      .split(/[\s,;()[\]]+/)
      .filter(Boolean)
      .map(Number);
    const isPoint = typed.length === current.length && typed.every(Number.isFinite);
    return isPoint ? typed : hint.replace('{0}', String(current.length));
  };
  const isSame = (a: readonly number[], b: readonly number[]): boolean =>
    a.length === b.length && a.every((x, i) => x === b[i]);
  const written = (value: readonly number[]): string => value.join(', ');
  const field = checkedField<readonly number[]>(label, { written, isSame, parse }, [], onChange);
  field.input.className = 'vectorField';
  return field;
}

/** For the eye alone: what goes on is said by a text or a progress bar beside it. */
export function progressRing(): HTMLElement {
  const widget = document.createElement('vscode-progress-ring');
  return element('span', { class: 'ring', attributes: { 'aria-hidden': 'true' } }, [widget]);
}

export interface SliderWidget {
  readonly element: HTMLElement;
  /** `text` says the value in words where they are others than its digits. */
  set(least: number, most: number, value: number, text?: string): void;
}

/** A range of whole numbers with the value in words beside it. */
export function slider(label: string, onChange: (value: number) => void): SliderWidget {
  const input = element('input', { attributes: { type: 'range', step: '1', 'aria-label': label } });
  const output = element('output', { class: 'sliderValue' });
  input.addEventListener('input', () => {
    output.textContent = input.value;
    onChange(Number(input.value));
  });
  return {
    element: element('span', { class: 'slider' }, [input, output]),
    set: (least, most, value, text = String(value)) => {
      input.min = String(least);
      input.max = String(most);
      if (input.value !== String(value)) input.value = String(value);
      output.textContent = text;
      if (text !== String(value)) input.setAttribute('aria-valuetext', text);
    },
  };
}
