import { openingSetting, saysClosedAddress } from "../../domain/people/closed-address.ts";
import { changingUrl, settingUrl } from "../system/system-settings.tsx";
import type { Frame } from "./layout.tsx";

/**
 * Says who can allow an address, below a text that tells that it is not of the public internet, and nothing else: who may see the settings
 * is led to the one that opens addresses, others are told whom to ask.
 */
export function Opening({
  texts,
  frame: { baseUrl, reader },
}: {
  readonly texts: readonly string[];
  readonly frame: Pick<Frame, "baseUrl" | "reader">;
}) {
  if (!texts.some(saysClosedAddress)) return null;
  if (reader?.seesSystem !== true) {
    return (
      <>
        <br />
        Ask who runs this service to allow it, and name this address.
      </>
    );
  }
  return (
    <>
      <br />
      {"See "}
      <a href={settingUrl(baseUrl, openingSetting)}>
        the setting <code>{openingSetting}</code>
      </a>
      {", which says what is allowed now, and "}
      <a href={changingUrl(baseUrl)}>how a setting is changed</a>.
    </>
  );
}
