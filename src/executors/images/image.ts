/** What runs a tool's program in its image must know of it. */
type ImageFacts = {
  readonly name: string;
  /** `sha256:<hex>`: of the archive that was imported, else what its engine knows it by; absent where nobody said it. */
  readonly digest?: string;
  /** What stands before the command, and its environment, as far as we and not an engine see to that. */
  readonly entrypoint: readonly string[];
  /** What follows it where a tool has no command of its own. */
  readonly defaultCommand: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
};

/** An image that was imported. */
export type UnpackedImage = ImageFacts & { readonly rootfs: string };

/** An image that a container engine has, by what it calls it. */
export type EngineImage = ImageFacts & { readonly reference: string };

export type Image = UnpackedImage | EngineImage;

/** Tells whether an image was imported, and so needs no engine. */
export function isUnpacked(image: Image): image is UnpackedImage {
  return "rootfs" in image;
}
