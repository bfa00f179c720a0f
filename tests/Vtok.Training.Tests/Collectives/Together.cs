using System.Net;
using System.Net.Sockets;
using Vtok.Training.Collectives;
using Vtok.Training.Collectives.Tcp;

namespace Vtok.Training.Tests.Collectives;

/// <summary>Several ranks in this process, each on a thread of its own, over TCP on the loopback device.</summary>
internal static class Together
{
    /// <summary>Runs an action on every rank and returns what each threw, or null.</summary>
    public static Exception?[] Try(int world, Action<ICollective> action, CollectiveOptions? options = null)
    {
        int port = FreePort();
        var errors = new Exception?[world];
        Thread[] threads = [.. Enumerable.Range(0, world).Select(rank => new Thread(() =>
        {
            try
            {
                using var collective = new TcpCollective(Place(rank, world, port), options ?? new CollectiveOptions());
                action(collective);
            }
#pragma warning disable CA1031 // The test looks at whatever it is.
            catch (Exception e)
#pragma warning restore CA1031
            {
                errors[rank] = e;
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        return errors;
    }

    /// <summary>Runs an action on every rank; none may throw.</summary>
    public static void Run(int world, Action<ICollective> action)
    {
        Exception?[] errors = Try(world, action);

        Assert.IsTrue(errors.All(error => error is null), string.Join("\n", errors.Select(error => $"{error}")));
    }

    public static LaunchEnvironment Place(int rank, int world, int port) => new("test", rank, world, rank, "127.0.0.1", port);

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
