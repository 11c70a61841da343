import type { ServiceIdentity } from "../../domain/people/service-identity.ts";
import { settingUrl } from "./system-settings.tsx";

/** Who runs the service, and whom to ask, as far as that was said. */
export type Operator = Pick<ServiceIdentity, "provider" | "contact">;

/** Names whom to ask, with the way there. */
export function Asked({ contact }: { readonly contact: ServiceIdentity["contact"] | undefined }) {
  const { name, email, url } = contact ?? {};
  const words = name ?? email ?? url;
  if (words === undefined) return <span>who runs this service</span>;
  const href = email === undefined ? url : `mailto:${email}`;
  return href === undefined ? <span>{words}</span> : <a href={href}>{words}</a>;
}

/** Lists names with texts that may lead somewhere: pages of the web, and addresses of mail. */
export function Facts({
  rows,
}: {
  readonly rows: readonly { readonly name: string; readonly text?: string; readonly url?: string }[];
}) {
  const told = rows.filter(({ text }) => text !== undefined);
  if (told.length === 0) return null;
  return (
    <dl class="about">
      {told.map(({ name, text, url }) => (
        <>
          <dt>{name}</dt>
          <dd>{url !== undefined && /^(https?|mailto):/.test(url) ? <a href={url}>{text}</a> : text}</dd>
        </>
      ))}
    </dl>
  );
}

/** Lists who runs the service and whom to ask, by `Facts`. */
export function operatorRows({ provider, contact }: Operator): Parameters<typeof Facts>[0]["rows"] {
  const { name, email, url } = contact ?? {};
  const said = name ?? url;
  return [
    ...(provider === undefined ? [] : [{ ...provider, name: "Provider", text: provider.name }]),
    ...(said === undefined ? [] : [{ name: "Contact", text: said, ...(url === undefined ? {} : { url }) }]),
    ...(email === undefined ? [] : [{ name: "Mail", text: email, url: `mailto:${email}` }]),
  ];
}

/** Tells an admin which settings say who runs the service, where they are not set: nobody knows whom to ask. */
export function NotSaid({
  operator: { provider, contact },
  baseUrl,
}: {
  readonly operator: Operator;
  readonly baseUrl: string;
}) {
  const lacking = [
    ...(provider === undefined ? ["serviceProvider"] : []),
    ...(contact === undefined ? ["serviceContactName", "serviceContactEmail", "serviceContactUrl"] : []),
  ];
  if (lacking.length === 0) return null;
  return (
    <p class="muted">
      {provider === undefined ? "Nobody is told who runs this service" : "Nobody is told whom to ask"}
      {". What says it: "}
      {lacking.map((name, at) => (
        <>
          {at === 0 ? "" : ", "}
          <a href={settingUrl(baseUrl, name)}>
            <code>{name}</code>
          </a>
        </>
      ))}
      . Only admins see this.
    </p>
  );
}
