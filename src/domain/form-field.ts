/** One field of a form that executes a process. */
export type FormField = {
  readonly name: string;
  readonly value: string;
  readonly title: string;
  readonly isRequired: boolean;
};
