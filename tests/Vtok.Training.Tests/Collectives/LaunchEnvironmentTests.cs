using Vtok.Training.Collectives;

namespace Vtok.Training.Tests.Collectives;

[TestClass]
public sealed class LaunchEnvironmentTests
{
    [TestMethod]
    public void No_launcher_means_one_process()
    {
        LaunchEnvironment read = Read("PATH=/usr/bin", "HOSTNAME=node1");

        Assert.AreEqual(LaunchEnvironment.Alone, read);
    }

    [TestMethod]
    [DataRow("torchrun", "RANK=3 WORLD_SIZE=8 LOCAL_RANK=1 MASTER_ADDR=node0 MASTER_PORT=1234", 3, 8, 1, "node0", 1234)]
    [DataRow("torchrun", "RANK=0 WORLD_SIZE=2 MASTER_ADDR=10.0.0.1", 0, 2, 0, "10.0.0.1", 29500)]
    [DataRow("torchrun", "RANK=1 WORLD_SIZE=2 LOCAL_RANK=1 MASTER_ADDR=h MASTER_PORT=29400 TORCHELASTIC_USE_AGENT_STORE=True", 1, 2, 1, "h", 29401)]
    [DataRow("Open MPI", "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_LOCAL_RANK=1 OMPI_COMM_WORLD_LOCAL_SIZE=2", 1, 2, 1, "127.0.0.1", 29500)]
    [DataRow("Open MPI", "OMPI_COMM_WORLD_RANK=5 OMPI_COMM_WORLD_SIZE=8 OMPI_COMM_WORLD_LOCAL_RANK=1 OMPI_COMM_WORLD_LOCAL_SIZE=4", 5, 8, 1, null, 29500)]
    [DataRow("PMI", "PMI_RANK=1 PMI_SIZE=4 MPI_LOCALRANKID=1 MASTER_ADDR=n1", 1, 4, 1, "n1", 29500)]
    [DataRow("Slurm", "SLURM_PROCID=5 SLURM_STEP_NUM_TASKS=8 SLURM_NTASKS=8 SLURM_LOCALID=1 SLURM_STEP_NODELIST=gpu[07-08] SLURM_JOB_ID=1234567", 5, 8, 1, "gpu07", 24567)]
    [DataRow("Slurm", "SLURM_PROCID=0 SLURM_NTASKS=2 SLURM_STEP_ID=0 SLURM_LOCALID=0 SLURM_JOB_NODELIST=a,b SLURM_JOB_ID=7 MASTER_PORT=999", 0, 2, 0, "a", 999)]
    [DataRow("Kubernetes", "JOB_COMPLETION_INDEX=2 WORLD_SIZE=4 MASTER_ADDR=job-0.job", 2, 4, 0, "job-0.job", 29500)]
    [DataRow("torchrun", "JOB_COMPLETION_INDEX=1 RANK=9 WORLD_SIZE=16 LOCAL_RANK=1 MASTER_ADDR=m", 9, 16, 1, "m", 29500)]
    public void Launchers_are_understood(string launcher, string variables, int rank, int world, int local, string? master, int port)
    {
        LaunchEnvironment read = Read(variables.Split(' '));

        Assert.AreEqual(new LaunchEnvironment(launcher, rank, world, local, master, port), read);
    }

    [TestMethod]
    [DataRow("SLURM_PROCID=0 SLURM_NTASKS=4 SLURM_LOCALID=0 SLURM_JOB_NODELIST=a,b SLURM_JOB_ID=7", DisplayName = "the batch script of a Slurm job, outside srun")]
    [DataRow("JOB_COMPLETION_INDEX=2", DisplayName = "one of independent jobs of Kubernetes")]
    public void What_looks_like_a_launcher_and_is_one_process(string variables)
    {
        LaunchEnvironment read = Read(variables.Split(' '));

        Assert.AreEqual(1, read.World);
    }

    [TestMethod]
    [DataRow("WORLD_SIZE=4", "RANK is not")]
    [DataRow("RANK=1", "WORLD_SIZE is missing")]
    [DataRow("RANK=4 WORLD_SIZE=4 MASTER_ADDR=a", "RANK is 4 of WORLD_SIZE 4, expected 0 to 3")]
    [DataRow("RANK=-1 WORLD_SIZE=4 MASTER_ADDR=a", "RANK is \"-1\", expected a whole number from 0 on")]
    [DataRow("RANK=0 WORLD_SIZE=2", "MASTER_ADDR is missing")]
    [DataRow("RANK=0 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=70000", "MASTER_PORT is \"70000\", expected a whole number from 1 to 65535")]
    public void Faults_are_named(string variables, string expected)
    {
        var error = Assert.ThrowsExactly<CollectiveException>(() => Read(variables.Split(' ')));

        Assert.AreEqual(CollectiveError.Environment, error.Error);
        StringAssert.Contains(error.Message, expected);
    }

    [TestMethod]
    public void All_faults_come_in_one_line()
    {
        var error = Assert.ThrowsExactly<CollectiveException>(() => Read("RANK=x", "WORLD_SIZE=0", "LOCAL_RANK=y", "MASTER_PORT=z"));

        foreach (string name in (string[])["RANK is \"x\"", "WORLD_SIZE is \"0\"", "LOCAL_RANK is \"y\"", "MASTER_PORT is \"z\""])
            StringAssert.Contains(error.Message, name);
        Assert.DoesNotContain('\n', error.Message);
    }

    [TestMethod]
    [DataRow("node1", "node1")]
    [DataRow("node1,node2", "node1")]
    [DataRow("node[01-04,07],gpu3", "node01")]
    [DataRow("node[7]", "node7")]
    [DataRow("gpu3,node[01-04]", "gpu3")]
    [DataRow("rack[1-2]n[05-09],x", "rack1n05")]
    [DataRow("node[1-2].cluster,x", "node1.cluster")]
    public void The_first_host_of_a_node_list(string list, string first) => Assert.AreEqual(first, SlurmNodes.First(list));

    private static LaunchEnvironment Read(params string[] variables) =>
        LaunchEnvironment.Read(variables.Select(variable => variable.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]));
}
