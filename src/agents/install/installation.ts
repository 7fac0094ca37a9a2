export type Installation = { readonly kind: "none" };
