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
  // The library waits for this event to take over the theme's colours; it may have come and gone before the library.
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
  labelled: 'visibly' | 'silently',
  onChange: (checked: boolean) => void,
): CheckboxWidget {
  const widget = document.createElement('vscode-checkbox') as Checkbox;
  // The widget takes its accessible name from its text, whatever `aria-label` says.
  const shown = element('span', { class: labelled === 'silently' ? 'visuallyHidden' : '', text: label });
  widget.append(shown);
  let current = false;
  widget.addEventListener('change', () => {
    // Also raised when `checked` is set from here, which is no wish of the user.
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

export interface NumberFieldWidget {
  readonly element: HTMLElement;
  setValue(value: number): void;
  setDisabled(disabled: boolean): void;
}

/** A field for a number in [least, most], whole by default; anything else typed goes back to what was there. */
export function numberField(
  label: string,
  least: number,
  most: number,
  onChange: (value: number) => void,
  fits: (value: number) => boolean = Number.isInteger,
): NumberFieldWidget {
  const widget = document.createElement('vscode-text-field') as TextField;
  widget.textContent = label;
  let current = least;
  widget.addEventListener('change', () => {
    const typed = Number(widget.value.trim());
    if (widget.value.trim() !== '' && fits(typed) && typed >= least && typed <= most) {
      if (typed !== current) onChange((current = typed));
    } else {
      widget.value = String(current);
    }
  });
  return {
    element: widget,
    setValue: (value) => {
      current = value;
      if (widget.value !== String(value)) widget.value = String(value);
    },
    setDisabled: (disabled) => {
      widget.disabled = disabled;
    },
  };
}

export interface VectorFieldWidget {
  readonly element: HTMLElement;
  setValue(value: readonly number[]): void;
  setDisabled(disabled: boolean): void;
}

/**
 * A field for a point, its numbers apart by commas or spaces, as many as it has now; other texts are marked and not
 * taken.
 */
export function vectorField(
  label: string,
  hint: string,
  onChange: (value: readonly number[]) => void,
): VectorFieldWidget {
  const widget = document.createElement('vscode-text-field') as TextField;
  widget.textContent = label;
  widget.className = 'vectorField';
  let current: readonly number[] = [];
  const say = (fits: boolean): void => {
    widget.classList.toggle('unfit', !fits);
    widget.title = fits ? '' : hint.replace('{0}', String(current.length));
  };
  widget.addEventListener('change', () => {
    const typed = widget.value
      .replace(/[−–]/g, '-')
      .split(/[\s,;()[\]]+/)
      .filter(Boolean)
      .map(Number);
    const fits = typed.length === current.length && typed.every(Number.isFinite);
    say(fits);
    if (fits && typed.some((x, i) => x !== current[i])) onChange((current = typed));
  });
  return {
    element: widget,
    setValue: (value) => {
      const isNew = value.length !== current.length || value.some((x, i) => x !== current[i]);
      if (!isNew && widget.value !== '') return;
      current = value;
      widget.value = value.join(', ');
      say(true);
    },
    setDisabled: (disabled) => {
      widget.disabled = disabled;
    },
  };
}

/** For the eye alone: what goes on is said by a text or a progress bar beside it. */
export function progressRing(): HTMLElement {
  const widget = document.createElement('vscode-progress-ring');
  return element('span', { class: 'ring', attributes: { 'aria-hidden': 'true' } }, [widget]);
}

export interface SliderWidget {
  readonly element: HTMLElement;
  set(least: number, most: number, value: number): void;
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
    set: (least, most, value) => {
      input.min = String(least);
      input.max = String(most);
      if (input.value !== String(value)) input.value = String(value);
      output.textContent = String(value);
    },
  };
}
