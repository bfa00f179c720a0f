using Vtok.Training.Collectives.Mpi;
using Vtok.Training.Collectives.Nccl;
using Vtok.Training.Collectives.Tcp;

namespace Vtok.Training.Collectives;

/// <summary>Brings the processes of a run together.</summary>
public static class Processes
{
    /// <summary>Meets the other processes that the launcher started.</summary>
    /// <param name="place">This process.</param>
    /// <param name="transport">What carries the values.</param>
    /// <param name="device">Where this process computes.</param>
    /// <param name="options">How long to wait.</param>
    /// <returns><see cref="SingleProcess"/> where there are no others.</returns>
    /// <exception cref="CollectiveException">They do not find each other, or the transport is not here.</exception>
    public static ICollective Open(LaunchEnvironment place, Transport transport, Device device, CollectiveOptions options)
    {
        if (transport == Transport.None || (place.World == 1 && transport == Transport.Auto))
            return SingleProcess.Instance;
        if (transport == Transport.Auto)
            transport = device.type == DeviceType.CUDA ? Transport.Nccl : place.Launcher == LaunchEnvironment.OpenMpi ? Transport.Mpi : Transport.Tcp;
        if (transport == Transport.Nccl && device.type != DeviceType.CUDA)
            throw new CollectiveException(CollectiveError.Environment, "NCCL works between GPUs: add --device cuda, or use --transport tcp or mpi");
        return transport switch
        {
            Transport.Mpi => new MpiCollective(options),
            Transport.Nccl => new NcclCollective(OverTcp(place, options), device.index),
            _ => OverTcp(place, options),
        };
    }

    private static ICollective OverTcp(LaunchEnvironment place, CollectiveOptions options) => place.World == 1 ? SingleProcess.Instance : new TcpCollective(place, options);
}
