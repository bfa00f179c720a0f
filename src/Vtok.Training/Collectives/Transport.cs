namespace Vtok.Training.Collectives;

/// <summary>What carries values between the processes of a run.</summary>
public enum Transport
{
    /// <summary>NCCL for GPUs, MPI where mpirun started the processes, else TCP.</summary>
    Auto,

    /// <summary>Nothing: this process alone, whatever the environment says.</summary>
    None,

    /// <summary>Plain sockets, by way of process 0.</summary>
    Tcp,

    /// <summary>Open MPI.</summary>
    Mpi,

    /// <summary>NVIDIA's library, between GPUs.</summary>
    Nccl,
}
