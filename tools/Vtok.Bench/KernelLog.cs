using System.Globalization;

namespace Vtok.Bench;

/// <summary>Time inside matrix products and convolutions, from the lines that oneDNN (ONEDNN_VERBOSE=profile_exec) and MKL (MKL_VERBOSE=1) print.</summary>
internal sealed class KernelLog
{
    /// <summary>Environment that makes both libraries print every call with its time.</summary>
    public static IReadOnlyDictionary<string, string> Switches { get; } =
        new Dictionary<string, string> { ["ONEDNN_VERBOSE"] = "profile_exec", ["MKL_VERBOSE"] = "1" };

    /// <summary>Seconds in matrix products.</summary>
    public double Matrix { get; private set; }

    /// <summary>Seconds in convolutions, and in the changes of layout that they ask for.</summary>
    public double Convolution { get; private set; }

    /// <summary>Adds one line; others are passed over.</summary>
    public void Add(string line)
    {
        if (line.StartsWith("onednn_verbose,", StringComparison.Ordinal))
            AddOneDnn(line.Split(','));
        else if (line.StartsWith("MKL_VERBOSE ", StringComparison.Ordinal))
            AddMkl(line);
    }

    /// <summary>onednn_verbose,v1,primitive,exec,cpu,convolution,...,milliseconds</summary>
    private void AddOneDnn(string[] fields)
    {
        if (fields.Length < 7 || fields[3] != "exec" || !double.TryParse(fields[^1], CultureInfo.InvariantCulture, out double milliseconds))
            return;
        if (fields[5] is "matmul" or "inner_product")
            Matrix += milliseconds / 1e3;
        else if (fields[5] is "convolution" or "deconvolution" or "reorder")
            Convolution += milliseconds / 1e3;
    }

    /// <summary>MKL_VERBOSE SGEMM(N,N,4096,...) 281.52us CNR:OFF ...</summary>
    private void AddMkl(string line)
    {
        int close = line.LastIndexOf(") ", StringComparison.Ordinal);
        if (close < 0 || !line[..line.IndexOf('(')].Contains("GEM", StringComparison.OrdinalIgnoreCase))
            return;
        string time = line[(close + 2)..].Split(' ')[0];
        (string digits, double unit) = time switch
        {
            [.., 'n', 's'] => (time[..^2], 1e-9),
            [.., 'u', 's'] => (time[..^2], 1e-6),
            [.., 'm', 's'] => (time[..^2], 1e-3),
            _ => (time.TrimEnd('s'), 1),
        };
        if (double.TryParse(digits, CultureInfo.InvariantCulture, out double value))
            Matrix += value * unit;
    }
}
