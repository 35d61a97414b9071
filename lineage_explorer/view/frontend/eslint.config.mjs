import tseslint from "typescript-eslint";

// Event text is hostile: everything is shown through textContent, every style through CSSOM.
const why = "Event text is hostile: use textContent and CSSOM.";
const forbidden = ["innerHTML", "outerHTML", "insertAdjacentHTML", "srcdoc", "cssText"].map((name) => ({
  selector: `MemberExpression[property.name='${name}'], MemberExpression[property.value='${name}']`,
  message: why,
}));

export default tseslint.config(
  { ignores: ["node_modules/"] },
  ...tseslint.configs.strictTypeChecked,
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { project: "./tsconfig.json" } },
    rules: {
      "no-eval": "error",
      "no-implied-eval": "off",
      "@typescript-eslint/no-implied-eval": "error",
      "no-new-func": "error",
      "no-script-url": "error",
      "no-restricted-syntax": [
        "error",
        ...forbidden,
        {
          selector: "CallExpression[callee.object.name='document'][callee.property.name=/^write(ln)?$/]",
          message: why,
        },
        {
          selector: "CallExpression[callee.property.name='setAttribute'][arguments.0.value=/^(style|on.*)$/i]",
          message: why,
        },
        { selector: "CallExpression[callee.name='Function'], NewExpression[callee.name='Function']", message: why },
      ],
      "max-lines": ["error", 400],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-confusing-void-expression": "off",
    },
  },
  { files: ["*.mjs", "dev/*.mjs"], ...tseslint.configs.disableTypeChecked },
);
