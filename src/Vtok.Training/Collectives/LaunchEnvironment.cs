using System.Globalization;

namespace Vtok.Training.Collectives;

/// <summary>This process's place among those of a run, as its launcher tells it by environment variables.</summary>
/// <param name="Launcher">Whose variables were found, for people.</param>
/// <param name="Rank">This process, 0 to World - 1.</param>
/// <param name="World">All processes.</param>
/// <param name="LocalRank">This process among those of its machine: which GPU it takes.</param>
/// <param name="MasterAddress">Host of process 0; null where the launcher does not say.</param>
/// <param name="MasterPort">Port at which process 0 meets the others.</param>
public sealed record LaunchEnvironment(string Launcher, int Rank, int World, int LocalRank, string? MasterAddress, int MasterPort)
{
    /// <summary>The launcher's name where there are Open MPI's variables.</summary>
    public const string OpenMpi = "Open MPI";

    private const int DefaultPort = 29500;                   // torchrun's
    private const int SlurmPort = 20000, SlurmPorts = 10000; // a port of each job's own

    private static readonly Source[] Sources =
    [
        new("torchrun", "RANK", ["WORLD_SIZE"], "LOCAL_RANK"),
        new(OpenMpi, "OMPI_COMM_WORLD_RANK", ["OMPI_COMM_WORLD_SIZE"], "OMPI_COMM_WORLD_LOCAL_RANK"),
        new("PMI", "PMI_RANK", ["PMI_SIZE"], "MPI_LOCALRANKID"),
        new("Slurm", "SLURM_PROCID", ["SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"], "SLURM_LOCALID"),
        new("Kubernetes", "JOB_COMPLETION_INDEX", ["WORLD_SIZE"], "LOCAL_RANK"),
    ];

    /// <summary>A process on its own.</summary>
    public static LaunchEnvironment Alone { get; } = new("none", 0, 1, 0, null, DefaultPort);

    /// <summary>Reads the variables of torchrun, Open MPI, PMI (MPICH, Intel MPI), Slurm or a Kubernetes indexed job; the first that is there counts.</summary>
    /// <remarks>Slurm's count only within srun: its batch script has some of them too, and is one process. A completion index without WORLD_SIZE
    /// is that of independent jobs.</remarks>
    /// <param name="variables">Environment variables by name.</param>
    /// <returns><see cref="Alone"/> where no launcher's variables are there.</returns>
    /// <exception cref="CollectiveException">They are incomplete or contradict each other; all faults in one line.</exception>
    public static LaunchEnvironment Read(IReadOnlyDictionary<string, string> variables)
    {
        if (Sources.FirstOrDefault(source => IsThere(source, variables)) is not { } source)
        {
            return variables.ContainsKey("WORLD_SIZE")
                ? throw Fault("torchrun", ["WORLD_SIZE is set and RANK is not (unset it to train in one process)"])
                : Alone;
        }

        var faults = new List<string>();
        string size = source.Sizes.FirstOrDefault(variables.ContainsKey) ?? source.Sizes[0];
        int? rank = Number(source.Rank, 0, int.MaxValue), world = Number(size, 1, int.MaxValue);
        if (rank >= world)
            faults.Add($"{source.Rank} is {rank} of {size} {world}, expected 0 to {world - 1}");
        int local = variables.ContainsKey(source.Local) ? Number(source.Local, 0, int.MaxValue) ?? 0 : 0;
        int port = variables.ContainsKey("MASTER_PORT") ? Number("MASTER_PORT", 1, ushort.MaxValue) ?? 0 : PortOf(source, variables);
        if (variables.GetValueOrDefault("TORCHELASTIC_USE_AGENT_STORE") == "True")
            port++; // torchrun itself listens at the port that it names
        string? master = Master(source, variables);
        if (master is null && world > 1 && source.Launcher != OpenMpi)
            faults.Add("MASTER_ADDR is missing (the host of rank 0)");
        return faults.Count == 0 ? new LaunchEnvironment(source.Launcher, rank!.Value, world!.Value, local, master, port) : throw Fault(source.Launcher, faults);

        int? Number(string name, int least, int most)
        {
            if (!variables.TryGetValue(name, out string? text))
                faults.Add($"{name} is missing");
            else if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most)
                return value;
            else
                faults.Add($"{name} is \"{text}\", expected a whole number from {least}{(most == int.MaxValue ? " on" : $" to {most}")}");
            return null;
        }
    }

    private static bool IsThere(Source source, IReadOnlyDictionary<string, string> variables) => variables.ContainsKey(source.Rank) && source.Launcher switch
    {
        "Slurm" => variables.ContainsKey("SLURM_STEP_ID") || variables.ContainsKey("SLURM_STEPID") || variables.ContainsKey("SLURM_STEP_NUM_TASKS"),
        "Kubernetes" => variables.ContainsKey("WORLD_SIZE"),
        _ => true,
    };

    private static string? Master(Source source, IReadOnlyDictionary<string, string> variables)
    {
        if (variables.TryGetValue("MASTER_ADDR", out string? address) && address.Length > 0)
            return address;
        return source.Launcher switch
        {
            OpenMpi when variables.TryGetValue("OMPI_COMM_WORLD_LOCAL_SIZE", out string? here) && here == variables.GetValueOrDefault("OMPI_COMM_WORLD_SIZE") => "127.0.0.1",
            "Slurm" when (variables.GetValueOrDefault("SLURM_STEP_NODELIST") ?? variables.GetValueOrDefault("SLURM_JOB_NODELIST")) is { Length: > 0 } nodes
                => SlurmNodes.First(nodes),
            _ => null,
        };
    }

    private static int PortOf(Source source, IReadOnlyDictionary<string, string> variables) =>
        source.Launcher == "Slurm" && int.TryParse(variables.GetValueOrDefault("SLURM_JOB_ID"), NumberStyles.None, CultureInfo.InvariantCulture, out int job)
            ? SlurmPort + job % SlurmPorts
            : DefaultPort;

    private static CollectiveException Fault(string launcher, IReadOnlyList<string> faults) =>
        new(CollectiveError.Environment, $"the environment of several processes ({launcher}): {string.Join("; ", faults)}");

    private sealed record Source(string Launcher, string Rank, string[] Sizes, string Local);
}
