namespace Vtok.Parity;

/// <summary>What the command line asked for.</summary>
/// <param name="Folder">A golden folder.</param>
/// <param name="Family">Only this family, or null.</param>
/// <param name="Case">Only this case, manifest or file, or null.</param>
/// <param name="Json">Whether to print one JSON document.</param>
internal sealed record ParityOptions(string Folder, string? Family, string? Case, bool Json)
{
    public const string Usage = "usage: vtok-parity DIR [--family F] [--case C] [--json]";

    /// <summary>Null when the arguments do not parse.</summary>
    public static ParityOptions? Parse(string[] arguments)
    {
        string? folder = null, family = null, name = null;
        bool json = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--json": json = true; break;
                case "--family" when value is not null: family = value; i++; break;
                case "--case" when value is not null: name = value; i++; break;
                case ['-', ..]: return null;
                default:
                    if (folder is not null)
                        return null;
                    folder = arguments[i];
                    break;
            }
        }
        return folder is null ? null : new ParityOptions(folder, family, name, json);
    }
}
