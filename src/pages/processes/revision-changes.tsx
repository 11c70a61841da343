import type { RevisionDocument } from "../../domain/documents/revisions.ts";

/** The forms that the buttons in the rows belong to: the one around the table only compares. */
const forms = { restore: "restore", withdraw: "withdraw" } as const;

/** What undeploys a whole process is called so on the page that has it: whoever says no comes back to it. */
export const undeployPart = "undeploy";

/** Names the button that changes one revision: whoever says no comes back to it. */
export function changePart(name: "restore" | "withdraw", revision: string): string {
  return `${name}-${revision}`;
}

/** The buttons beside one revision, where each of them would change something. */
export function ChangeButtons({ version, revision, state, isNewer }: RevisionDocument & { readonly isNewer: boolean }) {
  const go = `Go ${isNewer ? "forward" : "back"} to this revision`;
  return (
    <td>
      <span class="actions actions-close">
        {state === "current" ? null : (
          <button
            type="submit"
            id={changePart("restore", revision)}
            form={forms.restore}
            name="revision"
            value={revision}
            aria-label={`${go}, version ${version}`}
          >
            {go}
          </button>
        )}
        {state === "withdrawn" ? null : (
          <button
            type="submit"
            id={changePart("withdraw", revision)}
            form={forms.withdraw}
            name="revision"
            value={revision}
            class="button-danger"
            aria-label={`Undeploy version ${version}`}
          >
            Undeploy
          </button>
        )}
      </span>
    </td>
  );
}

/** The forms of these buttons, and the button for the whole process; `url` is the address of the revisions. */
export function ChangeForms({ url, isDeployed }: { readonly url: string; readonly isDeployed: boolean }) {
  return (
    <div class="actions">
      <form method="post" id={forms.restore} action={`${url}/restore-form`} />
      <form method="post" id={forms.withdraw} action={`${url}/withdraw-form`} />
      {isDeployed ? (
        <form method="post" action={`${url}/undeploy-form`}>
          <button type="submit" id={undeployPart} class="button-danger">
            Undeploy the process
          </button>
        </form>
      ) : null}
      <span class="muted">Each button asks before it changes something.</span>
    </div>
  );
}
