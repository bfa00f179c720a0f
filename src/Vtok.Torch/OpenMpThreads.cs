using System.Runtime.InteropServices;

namespace Vtok.Torch;

/// <summary>Tells libtorch's OpenMP, before it is loaded, what its threads do while they wait.</summary>
internal static class OpenMpThreads
{
    private const string Policy = "OMP_WAIT_POLICY", Spins = "GOMP_SPINCOUNT";

    // Some 60 us of looking. Measured on two cores: longer gains nothing, and when other programs push two threads onto one core each parallel region
    // loses all of it: a quarter of a step here, twelve times a step with 100000 (libgomp's own default is 300000).
    private const string BriefSpins = "2000";

    /// <summary>The variables to set; none where the user has set one of them.</summary>
    /// <param name="wait">What the threads are to do.</param>
    /// <param name="given">Reads the user's environment.</param>
    public static IReadOnlyList<(string Name, string Value)> Variables(ThreadWait wait, Func<string, string?> given)
    {
        if (given(Policy) is not null || given(Spins) is not null)
            return [];
        return wait == ThreadWait.Sleep ? [(Policy, "passive")] : [(Policy, "passive"), (Spins, BriefSpins)]; // of another OpenMP the policy alone counts
    }

    /// <summary>Sets them for the libraries that this process loads from here on.</summary>
    public static void Prepare(ThreadWait wait)
    {
        // libgomp reads the C environment when it is loaded, which Environment.SetEnvironmentVariable does not reach on Unix.
        if (OperatingSystem.IsLinux())
            foreach ((string name, string value) in Variables(wait, Environment.GetEnvironmentVariable))
                _ = SetVariable(name, value, overwrite: 0);
    }

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi)]
    private static extern int SetVariable(string name, string value, int overwrite);
}
