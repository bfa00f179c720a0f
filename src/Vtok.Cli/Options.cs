using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Vtok.Imaging;
using Vtok.Streams;

namespace Vtok.Cli;

/// <summary>Arguments and options that several verbs share; each call makes its own.</summary>
internal static class Options
{
    public static Argument<string[]> TokenFiles() => Inputs("Token files (.vtok), folders of them, patterns, or - for standard input.");

    public static Argument<string[]> Pictures() =>
        Inputs("Pictures (PNG, JPEG, WebP, AVIF, TIFF, GIF), folders of them, patterns, or - for standard input.");

    public static Option<string?> Output(string what) => new("--output", "-o")
    {
        HelpName = "OUT",
        Description = $"{what}; an existing folder for several inputs; - for standard output (default: beside each input, same stem).",
    };

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document on standard output." };

    public static Option<bool> Quiet() => new("--quiet", "-q") { Description = "Say nothing but errors." };

    public static Option<bool> Force() => new("--force") { Description = "Replace outputs that exist." };

    public static Option<long> MaxBytes()
    {
        Option<long> option = new("--max-bytes") { HelpName = "N", Description = "Largest input file in bytes.", DefaultValueFactory = _ => 64L << 20 };
        option.CustomParser = result => Whole(result, 1, int.MaxValue);
        return option;
    }

    public static Option<long> MaxPixels()
    {
        Option<long> option = new("--max-pixels") { HelpName = "N", Description = "Most pixels of a picture, checked before any is decoded.", DefaultValueFactory = _ => 100_000_000 };
        option.CustomParser = result => Whole(result, 1, RgbImage.MaxPixels);
        return option;
    }

    public static Option<int?> Tokens() => Number("--tokens", "Tokens a picture (with --layout tile: a tile); fewer means a smaller, coarser file.", 1);

    public static Option<int?> TargetBytes() =>
        Number("--target-bytes", "Keep as many tokens as fit a file of N bytes; exit status 5 when even the fewest do not.", 1);

    public static Option<int?> Steps(string description) => Number("--steps", description, 1, 1000);

    public static Option<double?> Guidance(string description) => Hundredths("--guidance", description, 1000);

    public static Option<string?> Model(string meaning) => new("--model", "-m") { HelpName = "MODEL", Description = meaning };

    public static Option<VtokBackground?> Background() => new("--background")
    {
        HelpName = "RRGGBB",
        Description = "Colour that transparent pixels are laid on, noted in the file (default: white, not noted).",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value.TrimStart('#');
            if (text.Length == 6 && uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint rgb))
                return new VtokBackground((byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb);
            result.AddError($"--background {text}: expected six hex digits, such as ffffff");
            return null;
        },
    };

    public static Option<string> Device()
    {
        var option = new Option<string>("--device")
        {
            HelpName = "DEVICE",
            Description = "auto, cpu, cuda or cuda:N (auto: CUDA where it works).",
            DefaultValueFactory = _ => "auto",
        };
        option.Validators.Add(result =>
        {
            string name = result.GetValueOrDefault<string>() ?? "";
            if (name is not ("auto" or "cpu" or "cuda") && !(name.StartsWith("cuda:", StringComparison.Ordinal) && uint.TryParse(name[5..], out _)))
                result.AddError($"--device {name}: expected auto, cpu, cuda or cuda:N");
        });
        return option;
    }

    public static Option<int?> Threads() => Number("--threads", "Threads of the networks (default, and at most: all cores).", 1, 1024);

    public static Option<int?> Batch() => Number("--batch", "Pictures or tiles that go through the networks together (default: 8).", 1, 65536);

    /// <summary>An option whose value is a whole number.</summary>
    public static Option<int?> Number(string name, string description, int least, int most = int.MaxValue) => new(name)
    {
        HelpName = "N",
        Description = description,
        CustomParser = result => (int)Whole(result, least, most),
    };

    /// <summary>An option whose value is a number with at most two decimals.</summary>
    private static Option<double?> Hundredths(string name, string description, int most) => new(name)
    {
        HelpName = "X",
        Description = description,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) && value <= most && decimal.Round(value, 2) == value)
                return (double)value;
            result.AddError($"{name} {text}: expected a number, 0 to {most}, with at most two decimals");
            return null;
        },
    };

    /// <summary>An option whose value is a list of whole numbers parted by commas.</summary>
    public static Option<int[]?> Numbers(string name, string description) => new(name)
    {
        HelpName = "N,N,...",
        Description = description,
        CustomParser = result => [.. result.Tokens[0].Value.Split(',').Select(text => (int)Whole(result, text, 1, int.MaxValue))],
    };

    /// <summary>An option whose value is one of an enumeration's names in lower case, but for those that are left out.</summary>
    public static Option<T?> Choice<T>(string name, string description, params T[] leftOut) where T : struct, Enum
    {
        string[] names = [.. Enum.GetValues<T>().Except(leftOut).Select(value => value.ToString().ToLowerInvariant())];
        return new Option<T?>(name)
        {
            HelpName = string.Join('|', names),
            Description = description,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (names.Contains(text))
                    return Enum.Parse<T>(text, ignoreCase: true);
                result.AddError($"{name} {text}: expected {string.Join(", ", names)}");
                return null;
            },
        };
    }

    private static Argument<string[]> Inputs(string description)
    {
        var argument = new Argument<string[]>("IN") { Description = description, Arity = ArgumentArity.OneOrMore };
        argument.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(t => t.Value.Length > 1 && t.Value[0] == '-') is { } unknown)
                result.AddError($"unknown option {unknown.Value} (a file of that name is ./{unknown.Value})");
        });
        return argument;
    }

    private static long Whole(ArgumentResult result, long least, long most) => Whole(result, result.Tokens[0].Value, least, most);

    private static long Whole(ArgumentResult result, string text, long least, long most)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value >= least && value <= most)
            return value;
        result.AddError($"{((OptionResult)result.Parent!).Option.Name} {text}: expected a whole number, {least} to {most}");
        return least;
    }
}
